/* BIOS loader: reads COUNT chunks from the medium to 0000:7c00 on and calls them there, which is how a PXE ROM starts
 * a program. Two parameter sets: an MBR reads two sectors of 512 octets at a time, El Torito code one of 2048.
 * In: dl = drive (BIOS Boot Specification 6.5.3). It fits the 440 octets before an MBR's disk identifier. */
	.code16
	.text
	.globl _start
_start:
	cli
	xorw %ax, %ax
	movw %ax, %ss
	movw $0x7c00, %sp
	movw %ax, %ds
	movw %ax, %es
	sti
	cld
	movw $0x7c00, %si		/* out of the way of what it loads: 512 octets to 0000:0600 */
	movw $0x600, %di
	movw $256, %cx
	rep movsw
	ljmp $0, $low_moved
moved:	movb %dl, low_drive
next:	movw $4, low_tries
retry:	movw $low_packet, %si
	movb $0x42, %ah			/* INT 13h extended read (EDD-3 6.2) */
	movb low_drive, %dl
	int $0x13
	jnc ok
	decw low_tries
	jz fail
	xorb %ah, %ah			/* reset, as every read error asks for */
	movb low_drive, %dl
	int $0x13
	jmp retry
ok:	movw low_step, %ax
	addw %ax, low_segment
	movzwl low_chunk, %eax
	addl %eax, low_lba
	movw low_chunk, %ax
	movw %ax, low_sectors		/* some BIOSes rewrite the count */
	decw low_count
	jnz next
	movb low_drive, %dl
	lcall $0, $0x7c00
	int $0x18			/* it came back: on to the next boot device */
fail:	movw $low_message, %si
2:	lodsb
	testb %al, %al
	jz 3f
	movw $7, %bx
	movb $0x0e, %ah
	int $0x10
	jmp 2b
3:	int $0x18
4:	hlt
	jmp 4b
message: .asciz "Read error\r\n"
drive:	.byte 0
tries:	.word 0
	.balign 4
packet:	.byte 16, 0
sectors: .word 0
	.word 0
segment: .word 0x7c0
lba:	.long 0, 0
chunk:	.word 0				/* sectors at a time */
step:	.word 0				/* 16-octet paragraphs at a time */
count:	.word 0				/* chunks */
/* Where each is once it has moved. */
	.set low_moved, 0x600 + moved - _start
	.set low_drive, 0x600 + drive - _start
	.set low_tries, 0x600 + tries - _start
	.set low_packet, 0x600 + packet - _start
	.set low_step, 0x600 + step - _start
	.set low_segment, 0x600 + segment - _start
	.set low_chunk, 0x600 + chunk - _start
	.set low_lba, 0x600 + lba - _start
	.set low_sectors, 0x600 + sectors - _start
	.set low_count, 0x600 + count - _start
	.set low_message, 0x600 + message - _start
