/**
 * Node hands files and devices to four threads of the process. A device that hangs holds up to four of them in the
 * kernel, and all others would stand still with it; so there are enough for four targets. To be imported first: the
 * threads are counted when the first one is needed.
 */
process.env.UV_THREADPOOL_SIZE ??= '24';
