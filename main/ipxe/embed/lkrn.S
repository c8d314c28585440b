/* ipxe.lkrn: gives iPXE the script that follows as its command line, then enters iPXE's setup code.
 * Runs in real mode from added setup sectors, ds = es = the setup segment (Linux x86 boot protocol 2.x). */
	.code16
	.text
	.globl _start
_start:
	cmpl $0, 0x21c		/* ramdisk_size: an initrd is the loader's own script for iPXE */
	jne 1f
	xorl %eax, %eax
	movw %ds, %ax
	shll $4, %eax
	.byte 0x66, 0x05	/* addl imm32, %eax: where the text is, from the segment's start */
offset:	.long 0
	movl %eax, 0x228	/* cmd_line_ptr */
1:	.byte 0xe9		/* jmp rel16: written when the script is put in */
entry:	.word 0
text:
