/** SHA-256 of an image file as it is, the one that publishers print beside a download. */
import { createHash } from 'node:crypto';
import { BenchError } from '../../errors.ts';
import { openImage } from './image.ts';

const PIECE = 1 << 20;

/** Hex. `progress` hears how many octets were read. Throws FILE_UNREADABLE; what the signal says when it is aborted. */
export async function sha256OfFile(
  path: string,
  signal: AbortSignal,
  progress: (octets: number) => void,
): Promise<string> {
  const file = await openImage(path);
  const hash = createHash('sha256');
  const pieces = [Buffer.allocUnsafe(PIECE), Buffer.allocUnsafe(PIECE)];
  try {
    let reading = file.read(pieces[0]!, 0, PIECE, 0);
    for (let at = 0, turn = 0; ; turn ^= 1) {
      const { bytesRead } = await reading;
      signal.throwIfAborted();
      if (bytesRead === 0) return hash.digest('hex');
      at += bytesRead;
      // The next piece is read while this one is hashed.
      reading = file.read(pieces[turn ^ 1]!, 0, PIECE, at);
      hash.update(pieces[turn]!.subarray(0, bytesRead));
      progress(at);
    }
  } catch (error) {
    if (signal.aborted || error instanceof BenchError) throw error;
    throw new BenchError('FILE_UNREADABLE', { path, reason: (error as Error).message });
  } finally {
    await file.close();
  }
}
