/* UEFI arm64: hands iPXE the script that follows as its command line (LoadedImage->LoadOptions), then enters iPXE.
 * Runs at any address. In: x0 = ImageHandle, x1 = SystemTable (UEFI 2.3.6.2); both are handed on unchanged. */
	.text
	.globl _start
_start:
	stp x29,x30,[sp,#-48]!
	stp x0,x1,[sp,#16]
	ldr x9,[x1,#0x60]		/* SystemTable->BootServices */
	adr x1, guid
	add x2, sp, #32
	ldr x9,[x9,#0x98]
	blr x9				/* HandleProtocol(ImageHandle, &guid, &image) */
	cbnz x0, 1f			/* no LoadedImage: iPXE runs without the script */
	ldr x9,[sp,#32]
	adr x10, text
	str x10,[x9,#0x38]		/* LoadOptions */
	ldr w10, length
	str w10,[x9,#0x30]		/* LoadOptionsSize */
1:	ldp x0,x1,[sp,#16]
	ldp x29,x30,[sp],#48
entry:	b .				/* the branch's distance is written when the script is put in */
	.balign 8
guid:	.long 0x5B1B31A1		/* EFI_LOADED_IMAGE_PROTOCOL (UEFI 9.1) */
	.hword 0x9562, 0x11d2
	.byte 0x8E,0x3F,0x00,0xA0,0xC9,0x69,0x72,0x3B
length:	.long 0				/* octets of the text: written when the script is put in */
	.long 0
text:
