/** To the clipboard and to files, with a word about it. */
import { notifications } from '@mantine/notifications';

/** `what`: e.g. `12 devices as CSV`. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notifications.show({ message: `Copied ${what}.` });
  } catch {
    notifications.show({
      color: 'red',
      message: `Could not copy ${what}: the browser does not let this page use the clipboard.`,
    });
  }
}

/** Offers octets as a file, the way the browser saves what it downloads. */
export function saveFile(name: string, bytes: Uint8Array<ArrayBuffer>, type = 'application/octet-stream'): void {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun when the click returns; the octets are needed a little longer.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
