; SPDX-License-Identifier: MIT
; expect: ok
; qemu: no (its own CPU has no VMX: TCG does not emulate it)
;
; What a host is told of exits (SDM Vol. 3, 27.2 and 27.3): small guests run until they exit, and what the VMCS then says is
; printed. tests/vmx_bochs.sh compares the lines with those that another emulator prints.
%include "micro.inc"
%include "vmx.inc"

LENGTH equ 1                            ; the exit has an instruction length,
INFO   equ 2                            ; and instruction information

; case_ "name", code, pin, proc, secondary, exceptions, event, its error code, its length, EFLAGS, blocking, flags
%macro case_ 12
    [section .cases]
    dd %%name, %2, 0x16 | (%3), 0x0401e172 | (%4), %5, %6, %7, %8, %9, 2 | (%10), %11, %12
    __?SECT?__
    [section .data]
%%name: db %1, 0
    __?SECT?__
%endmacro

section .cases align=4
cases:
section .text
    case_ "ud2         ", g_ud, 0, 0, 0, 1 << 6, 0, 0, 0, 0, 0, 0
    case_ "int3        ", g_int3, 0, 0, 0, 1 << 3, 0, 0, 0, 0, 0, LENGTH
    case_ "int1        ", g_int1, 0, 0, 0, 1 << 1, 0, 0, 0, 0, 0, LENGTH
    case_ "page fault  ", g_pf, 0, 0, 0, 1 << 14, 0, 0, 0, 0x40, 0, 0
    case_ "selector    ", g_gp, 0, 0, 0, 1 << 13, 0, 0, 0, 0, 0, 0
    case_ "step        ", g_nops, 0, 0, 0, 1 << 1, 0, 0, 0, 0x100, 0, 0
    case_ "sti; hlt    ", g_sti, 0, 1 << 7, 0, 0, 0, 0, 0, 0, 0, LENGTH
    case_ "mov ss; hlt ", g_ss, 0, 1 << 7, 0, 0, 0, 0, 0, 0, 0, LENGTH
    case_ "mov ss; step", g_ss, 0, 1 << 7, 0, 1 << 1, 0, 0, 0, 0x100, 0, LENGTH
    case_ "window      ", g_sti2, 0, 1 << 2, 0, 0, 0, 0, 0, 0, 0, 0
    case_ "invlpg      ", g_invlpg, 0, 1 << 9, 0, 0, 0, 0, 0, 0, 0, LENGTH
    case_ "mov cr3     ", g_cr3, 0, 1 << 15, 0, 0, 0, 0, 0, 0, 0, LENGTH
    case_ "mov cr3, out", g_cr3out, 0, 1 << 16, 0, 0, 0, 0, 0, 0, 0, LENGTH
    case_ "mov cr0     ", g_cr0, 0, 0, 0, 0, 0, 0, 0, 0, 0, LENGTH
    case_ "lmsw        ", g_lmsw, 0, 0, 0, 0, 0, 0, 0, 0, 0, LENGTH
    case_ "mov dr      ", g_dr, 0, 1 << 23, 0, 0, 0, 0, 0, 0, 0, LENGTH
    case_ "in imm      ", g_in, 0, 1 << 24, 0, 0, 0, 0, 0, 0, 0, LENGTH
    case_ "out dx      ", g_out, 0, 1 << 24, 0, 0, 0, 0, 0, 0, 0, LENGTH
    case_ "rep outsw   ", g_outs, 0, 1 << 24, 0, 0, 0, 0, 0, 0, 0, LENGTH | INFO
    case_ "rdmsr       ", g_rdmsr, 0, 0, 0, 0, 0, 0, 0, 0, 0, LENGTH
    case_ "pause       ", g_pause, 0, 1 << 30, 0, 0, 0, 0, 0, 0, 0, LENGTH
    case_ "vmread      ", g_vmread, 0, 0, 0, 0, 0, 0, 0, 0, 0, LENGTH | INFO
    case_ "vmptrld     ", g_vmptrld, 0, 0, 0, 0, 0, 0, 0, 0, 0, LENGTH | INFO
    case_ "vmclear, 16 ", g_vmclear, 0, 0, 0, 0, 0, 0, 0, 0, 0, LENGTH | INFO
    case_ "lgdt        ", g_lgdt, 0, 1 << 31, 1 << 2, 0, 0, 0, 0, 0, 0, LENGTH ; Bochs leaves out the operand size
    case_ "str         ", g_str, 0, 1 << 31, 1 << 2, 0, 0, 0, 0, 0, 0, LENGTH | INFO
    case_ "wbinvd      ", g_wbinvd, 0, 1 << 31, 1 << 6, 0, 0, 0, 0, 0, 0, LENGTH
    case_ "inject #ud  ", g_hlt, 0, 1 << 7, 0, 0, 0x80000306, 0, 0, 0x10000, 0, LENGTH
    case_ "inject #gp  ", g_hlt, 0, 1 << 7, 0, 1 << 13, 0x80000b0d, 0x1230, 0, 0, 0, LENGTH
    case_ "inject int  ", g_hlt, 0, 1 << 7, 0, 0, 0x80000406, 0, 2, 0, 0, LENGTH
    case_ "no such gate", g_hlt, 0, 1 << 7, 0, 1 << 13, 0x80000420, 0, 2, 0, 0, LENGTH
    case_ "nor for irqs", g_hlt, 0, 1 << 7, 0, 1 << 13, 0x80000020, 0, 0, 0x200, 0, 0
    case_ "int n       ", g_int, 0, 0, 0, 1 << 13, 0, 0, 0, 0, 0, LENGTH
    case_ "double fault", g_int3, 0, 0, 0, 1 << 8, 0x80000b0b, 0, 0, 0, 0, 0
    case_ "triple fault", g_int3, 0, 0, 0, 0, 0x80000b08, 0, 0, 0, 0, 0
    case_ "timer       ", g_nops, 1 << 6, 0, 0, 0, 0, 0, 0, 0, 0, 0
    case_ "mov ss; exit", g_ssexit, 0, 0, 0, 0, 0, 0, 0, 0x100, 0, LENGTH
    case_ "iret, nmis  ", g_iret, 1 << 3 | 1 << 5, 0, 0, 1 << 13, 0, 0, 0, 0, 8, 0
    case_ "iret, a host", g_iret, 0, 0, 0, 1 << 13, 0, 0, 0, 0, 8, 0
    case_ "hlt, window ", g_hlt, 1 << 3 | 1 << 5, 1 << 22, 0, 0, 0, 0, 0, 0, 2, 0
section .cases
    dd 0

section .text
global main, host, guest
main:
    set_handler 6, handler
    set_handler 13, handler_with_code
    call vmx_on
    mov esi, cases
next:
    cmp dword [esi], 0
    je over
    mov [case], esi
    vmclear [vmcs_pointer]
    vmptrld [vmcs_pointer]
    call host_state
    call guest_state
    mov esi, [case]
    vmwrite_ GUEST_EIP, [esi + 4]
    vmwrite_ PIN, [esi + 8]
    vmwrite_ PROC, [esi + 12]
    vmwrite_ 0x401e, [esi + 16]
    vmwrite_ EXCEPTIONS, [esi + 20]
    vmwrite_ ENTRY_INTR, [esi + 24]
    vmwrite_ 0x4018, [esi + 28]
    vmwrite_ 0x401a, [esi + 32]
    vmwrite_ GUEST_EFLAGS, [esi + 36]
    vmwrite_ 0x4824, [esi + 40]
    vmwrite_ 0x6822, 0
    vmwrite_ EXIT_CONTROLS, 0x36dff
    vmwrite_ ENTRY_CONTROLS, 0x11ff
    vmwrite_ CR0_MASK, CR0_TS
    vmwrite_ CR0_SHADOW, 0
    vmwrite_ 0x2800, -1
    vmwrite_ 0x2801, -1
    mov eax, 0x0000000a
    mov ebx, page_directory
    mov ecx, 0x1d0
    mov edx, 0x80
    mov esi, scratch
    mov edi, scratch
    vmlaunch
    mov eax, ERROR
    vmread eax, eax
    print "not entered: error ", eax
    jmp further

; put_ FIELD: its value, and a blank
%macro put_ 1
    mov eax, %1
    vmread eax, eax
    call put_hex
    mov al, ' '
    call put_char
%endmacro

host:
    mov ebp, [case]
    mov esi, [ebp]
    call put_string
    put_ REASON
    put_ QUALIFICATION
    test dword [ebp + 44], LENGTH
    jz .no_length
    put_ EXIT_LENGTH
.no_length:
    test dword [ebp + 44], INFO
    jz .no_information
    put_ 0x440e
.no_information:
    put_ 0x4404                         ; the event that exits
    put_ 0x4408                         ; the one that it broke off
    mov eax, GUEST_EIP
    vmread eax, eax
    sub eax, [ebp + 4]
    call put_hex
    mov al, ' '
    call put_char
    mov eax, GUEST_EFLAGS
    vmread eax, eax
    and eax, ~(1 << 16)                 ; Bochs does not set RF for faults, as 27.3.3 wants it
    call put_hex
    mov al, ' '
    call put_char
    put_ 0x4824                         ; interruptibility
    put_ 0x6822                         ; pending debug exceptions
    mov al, 10
    call put_char
further:
    mov esi, [case]
    add esi, 48
    jmp next
over:
    vmxoff
    mov al, 0
    jmp exit_al

; ---- the guests ----

guest:
g_ud:     ud2
g_int3:   int3
g_int1:   db 0xf1
g_pf:     mov eax, [0x800004]
g_gp:     mov fs, cx
g_nops:   nop
          nop
          jmp g_nops
g_sti:    sti
g_hlt:    hlt
g_ss:     mov cx, ss
          mov ss, cx
          hlt
g_sti2:   sti
          nop
          nop
          jmp $
g_invlpg: invlpg [ebx + 0x1234]
g_cr3:    mov cr3, ebx
g_cr3out: mov esi, cr3
g_cr0:    mov ecx, cr0
          or ecx, CR0_TS
          mov cr0, ecx
g_lmsw:   lmsw ax
g_dr:     mov dr2, esi
g_in:     in eax, 0x60
g_out:    out dx, al
g_outs:   mov ecx, 3
          cs rep outsw
g_rdmsr:  rdmsr
g_pause:  pause
g_vmread: vmread [ebx + esi * 4 + 0x10], edx
g_vmptrld: vmptrld [ebp * 8 - 4]
g_vmclear: vmclear [bx + di + 0x1234]
g_lgdt:   lgdt [ss:ecx + 0x1000]
g_str:    str dx
g_wbinvd: wbinvd
g_int:    int 0x20
g_ssexit: mov cx, ss
          mov ss, cx
          cpuid
g_iret:   push 2
          push 0                        ; no code segment
          push 0
          iret

handler_with_code:
    add esp, 4
handler:
    iret

section .data
case: dd 0

section .bss
scratch: resb 16
