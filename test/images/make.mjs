/**
 * Rewrites the packed images of this folder from `card.ts`, with the packers of Debian: node test/images/make.mjs
 * They are small because the image repeats itself within each block.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cardImage } from './card.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'images-'));
const image = join(work, 'card.img');
const keep = (name, bytes) => writeFileSync(join(here, name), bytes);
const packed = (program, ...args) => execFileSync(program, args, { cwd: work, maxBuffer: 1 << 28 });
try {
  const bytes = cardImage();
  writeFileSync(image, bytes);
  const half = 2 * 1024 * 1024;
  writeFileSync(join(work, 'a'), bytes.subarray(0, half));
  writeFileSync(join(work, 'b'), bytes.subarray(half));

  keep('card.img.gz', packed('gzip', '-9nc', 'card.img'));
  keep('members.img.gz', Buffer.concat([packed('gzip', '-9nc', 'a'), packed('gzip', '-9nc', 'b')]));
  keep('card.img.bz2', packed('bzip2', '-9c', 'card.img'));
  keep('streams.img.bz2', Buffer.concat([packed('bzip2', '-9c', 'a'), packed('bzip2', '-9c', 'b')]));
  keep('card.img.zst', packed('zstd', '-19qc', 'card.img'));
  keep('sizeless.img.zst', execFileSync('zstd', ['-19qc'], { input: bytes }));
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  keep('frames.img.zst', Buffer.concat([packed('zstd', '-19qc', 'a'), skippable, packed('zstd', '-19qc', 'b')]));
  keep('card.img.xz', packed('xz', '-6c', '-T1', 'card.img'));
  // Blocks that end in the middle of a chunk.
  keep('blocks.img.xz', packed('xz', '-6c', '-T2', '--block-size=700000', 'card.img'));
  keep('sha256.img.xz', packed('xz', '-6c', '-T2', '--block-size=1MiB', '--check=sha256', 'card.img'));
  const padding = Buffer.alloc(8);
  keep(
    'streams.img.xz',
    Buffer.concat([
      packed('xz', '-6c', '--check=crc32', 'a'),
      padding,
      packed('xz', '-6c', '-T2', '--block-size=1MiB', 'b'),
      padding,
    ]),
  );
  packed('zip', '-q9X', 'card.zip', 'card.img');
  keep('card.zip', readFileSync(join(work, 'card.zip')));
  appendFileSync(join(work, 'readme.txt'), 'Write card.img to a card.\n');
  packed('zip', '-q9X', 'folder.zip', 'readme.txt', 'card.img');
  keep('folder.zip', readFileSync(join(work, 'folder.zip')));
  packed('zip', '-q9X', 'two.zip', 'card.img');
  writeFileSync(join(work, 'other.img'), 'small');
  packed('zip', '-q9X', 'two.zip', 'other.img');
  keep('two.zip', readFileSync(join(work, 'two.zip')));
  packed('tar', '--mtime=@0', '--owner=0', '--group=0', '-cf', 'card.tar', 'card.img');
  keep('card.tar.xz', packed('xz', '-6c', 'card.tar'));
  keep('twice.img.xz.gz', execFileSync('gzip', ['-9nc'], { input: packed('xz', '-6c', 'card.img') }));
} finally {
  rmSync(work, { recursive: true });
}
