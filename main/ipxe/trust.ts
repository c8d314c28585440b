/** The certificate of an own authority, for iPXE to trust: checked, and its fingerprint. */
import { X509Certificate } from 'node:crypto';
import { BenchError } from '../errors.ts';
import type { NamedFile } from './embed/embed.ts';

export interface Authority {
  readonly subject: string;
  /** SHA-256 of the certificate (DER). */
  readonly fingerprint: Uint8Array;
  readonly validTo: Date;
}

/** One certificate, PEM or DER. Throws IPXE_FILE when it is none that can sign others. */
export function readAuthority({ name, bytes }: NamedFile): Authority {
  const refuse = (problem: string): BenchError<'IPXE_FILE'> => new BenchError('IPXE_FILE', { file: name, problem });
  const text = new TextDecoder('latin1').decode(bytes);
  if (/PRIVATE KEY-----/.test(text))
    throw refuse('it holds a private key, which must never leave its owner; give the certificate alone');
  if ((text.match(/-----BEGIN CERTIFICATE-----/g) ?? []).length > 1)
    throw refuse('it holds several certificates, and iPXE trusts one root; give that one alone');
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(bytes);
  } catch {
    throw refuse('it is no certificate (PEM or DER)');
  }
  if (!certificate.ca)
    throw refuse('it is the certificate of a server, not of an authority (CA:TRUE); give the root that signed it');
  return {
    subject: certificate.subject.replaceAll('\n', ', '),
    fingerprint: Uint8Array.from(certificate.fingerprint256.split(':'), octet => Number.parseInt(octet, 16)),
    validTo: new Date(certificate.validTo),
  };
}
