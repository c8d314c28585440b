/** An image file as its decoded octets in order, for the formats that have no faster way: .zip, .bz2, .xz of one block. */
import { type Image, openImage } from '../image.ts';
import { readEntry } from '../zip.ts';
import { compileDecoders, INPUT, NativeDecoder } from './native.ts';

/** `octets` is valid until the next one is asked for. */
export interface Piece {
  readonly octets: Uint8Array;
  /** Octets of the file read so far. */
  readonly consumed: number;
}

/** `decoders`: the folder `resources/decoders`. Throws IMAGE_DAMAGED or FILE_UNREADABLE. */
export function decodedPieces(image: Image, decoders: string): AsyncGenerator<Piece> {
  switch (image.format) {
    case 'zip':
      return entryPieces(image);
    case 'xz':
      return nativePieces(image, decoders, decoder => decoder.openXz());
    case 'bzip2':
      return nativePieces(image, decoders, decoder => decoder.openBz2());
    default:
      throw new TypeError(`${image.format} has a way of its own`);
  }
}

async function* entryPieces({ path, zip }: Image): AsyncGenerator<Piece> {
  for await (const octets of readEntry(path, zip!)) yield { octets, consumed: 0 };
}

async function* nativePieces(
  { path, fileSize }: Image,
  decoders: string,
  begin: (decoder: NativeDecoder) => void,
): AsyncGenerator<Piece> {
  const decoder = new NativeDecoder(await compileDecoders(decoders), path);
  const file = await openImage(path);
  const buffer = Buffer.allocUnsafe(INPUT);
  try {
    begin(decoder);
    for (let offset = 0; ; ) {
      const { bytesRead } = await file.read(buffer, 0, INPUT, offset);
      offset += bytesRead;
      decoder.input.set(buffer.subarray(0, bytesRead));
      const last = offset >= fileSize || bytesRead === 0;
      decoder.feed(0, bytesRead, last);
      for (;;) {
        const step = decoder.step();
        const octets = decoder.output;
        if (octets.length > 0) yield { octets, consumed: offset };
        if (step === 'end') return;
        if (octets.length === 0 && decoder.rest === 0 && !last) break;
      }
    }
  } finally {
    await file.close();
  }
}
