/* UEFI x64: hands iPXE the script that follows as its command line (LoadedImage->LoadOptions), then enters iPXE.
 * Runs at any address. In: rcx = ImageHandle, rdx = SystemTable (UEFI 2.3.4.1); both are handed on unchanged. */
	.intel_syntax noprefix
	.text
	.globl _start
_start:
	push rcx
	push rdx
	sub rsp, 0x38			/* 32 octets for the callee, room for the answer; the stack stays 16-aligned */
	mov rax, [rdx+0x60]		/* SystemTable->BootServices */
	lea rdx, [rip+guid]
	lea r8, [rsp+0x28]
	call [rax+0x98]			/* HandleProtocol(ImageHandle, &guid, &image) */
	test rax, rax
	jnz 1f				/* no LoadedImage: iPXE runs without the script */
	mov rax, [rsp+0x28]
	lea rcx, [rip+text]
	mov [rax+0x38], rcx		/* LoadOptions */
	mov ecx, [rip+length]
	mov [rax+0x30], ecx		/* LoadOptionsSize */
1:	add rsp, 0x38
	pop rdx
	pop rcx
	.byte 0xe9			/* jmp rel32: written when the script is put in */
entry:	.long 0
	.balign 8
guid:	.long 0x5B1B31A1		/* EFI_LOADED_IMAGE_PROTOCOL (UEFI 9.1) */
	.word 0x9562, 0x11d2
	.byte 0x8E,0x3F,0x00,0xA0,0xC9,0x69,0x72,0x3B
length:	.long 0				/* octets of the text: written when the script is put in */
	.long 0
text:
