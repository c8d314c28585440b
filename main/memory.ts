/**
 * Keeps V8's heap small. On a machine with much memory it lets its nursery grow to 128 MB before it collects: storms of
 * 1,000 DHCP clients took 250 MB resident. With these hints, which V8 reads whenever it is about to grow, they take 150 MB
 * for about a tenth of the speed. A nursery so small is collected in less time than a helping thread needs to wake up on
 * a busy machine.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--heap-growing-percent=50');
setFlagsFromString('--no-parallel-scavenge');
