; SPDX-License-Identifier: MIT
; expect: ok
; qemu: no (its own CPU has no VMX: TCG does not emulate it)
;
; A hypervisor on one page: the kernel turns VMX on, makes a virtual machine of a few instructions that share its address
; space, and handles their exits (SDM Vol. 3, chapters 23 to 27).
;
;   VMXON ── VMCLEAR ── VMPTRLD ── VMWRITE ... ── VMLAUNCH ──> guest: CPUID ──exit──> host: advance EIP ── VMRESUME ──> ...
;
; The guest believes that it is at ring 0 of a machine of its own: its CPUID says what the host wants, its HLT and VMCALL come
; to the host, its CR0 has a bit that the host keeps for itself, and an exception that the host injects goes through its IDT.
%include "micro.inc"

FEATURE_CONTROL equ 0x3a
VMX_BASIC       equ 0x480
CR4_VMXE        equ 1 << 13
CR0_NE          equ 1 << 5
CR0_TS          equ 1 << 3

; Fields (appendix B)
PIN             equ 0x4000
PROC            equ 0x4002
EXCEPTIONS      equ 0x4004
EXIT_CONTROLS   equ 0x400c
ENTRY_CONTROLS  equ 0x4012
ENTRY_INTR      equ 0x4016
ERROR           equ 0x4400
REASON          equ 0x4402
EXIT_LENGTH     equ 0x440c
QUALIFICATION   equ 0x6400
CR0_MASK        equ 0x6000
CR0_SHADOW      equ 0x6004
GUEST_CR0       equ 0x6800
GUEST_ESP       equ 0x681c
GUEST_EIP       equ 0x681e
GUEST_EFLAGS    equ 0x6820

; vmwrite_ FIELD, VALUE
%macro vmwrite_ 2
    mov eax, %1
    mov ecx, %2
    vmwrite eax, ecx
    check a, "VMWRITE of a field that exists"
%endmacro

; expect_ FIELD, VALUE, "what it is"
%macro expect_ 3
    mov eax, %1
    vmread ecx, eax
    cmp ecx, %2
    check e, %3
%endmacro

global main, host, guest
main:
    mov eax, 1
    cpuid
    test ecx, 1 << 5
    check nz, "CPUID says that there is VMX"
    mov ecx, FEATURE_CONTROL
    rdmsr
    and eax, 5
    cmp eax, 5
    check e, "firmware has allowed VMXON, and locked it"
    xor edx, edx
    call paging_on
    mov eax, cr0
    or eax, CR0_NE
    mov cr0, eax
    mov eax, cr4
    or eax, CR4_VMXE
    mov cr4, eax

    mov ecx, VMX_BASIC
    rdmsr
    mov [vmxon_region], eax
    mov [vmcs_region], eax
    vmxon [vmxon_pointer]
    check a, "VMXON succeeds"
    print "in VMX root operation"
    vmclear [vmcs_pointer]
    check a, "VMCLEAR succeeds"
    vmptrld [vmcs_pointer]
    check a, "VMPTRLD succeeds"
    vmptrst [pointer_now]
    mov eax, [pointer_now]
    cmp eax, [vmcs_pointer]
    check e, "VMPTRST gives the pointer back"
    mov eax, 0x6c20                     ; no such field
    vmread ecx, eax
    check z, "VMREAD of no field fails"
    expect_ ERROR, 12, "with error 12"

    call controls
    call host_state
    call guest_state
    vmresume
    check z, "VMRESUME of a VMCS that was never launched fails"
    expect_ ERROR, 5, "with error 5"
    vmwrite_ PIN, 0                     ; lacks the bits that must be 1
    vmlaunch
    check z, "VMLAUNCH with wrong controls fails"
    expect_ ERROR, 7, "with error 7"
    vmwrite_ PIN, 0x16
    vmwrite_ GUEST_EFLAGS, 0            ; bit 1 is always 1
    mov dword [goes_to], bad_entry
    vmlaunch
    jmp not_reached
bad_entry:
    expect_ REASON, 0x80000021, "an entry with wrong guest state fails: exit reason 33"
    vmwrite_ GUEST_EFLAGS, 2
    print "launching the guest"
    mov dword [goes_to], exit_cpuid
    vmlaunch
not_reached:
    print "wrong: VMLAUNCH has come back"
    mov al, 1
    jmp exit_al

; Every exit comes here, with the host's stack as it was set up.
host:
    mov [guest_eax], eax
    mov [guest_ebx], ebx
    jmp [goes_to]

; Past the instruction that exited, and back.
%macro resume_at 1
    mov dword [goes_to], %1
    call advance
    mov eax, [guest_eax]
    mov ebx, [guest_ebx]
    vmresume
    jmp not_reached
%endmacro

advance:
    mov eax, EXIT_LENGTH
    vmread ecx, eax
    mov eax, GUEST_EIP
    vmread edx, eax
    add edx, ecx
    vmwrite eax, edx
    ret

exit_cpuid:
    expect_ REASON, 10, "CPUID exits: reason 10"
    expect_ EXIT_LENGTH, 2, "CPUID has two bytes"
    print "exit: CPUID"
    mov dword [guest_ebx], 0x53594152   ; this guest's processor is the host's invention
    resume_at exit_cr
exit_cr:
    expect_ REASON, 28, "MOV to CR0 of an owned bit exits: reason 28"
    expect_ QUALIFICATION, 0x000, "from EAX to CR0"
    print "exit: MOV to CR0"
    vmwrite_ CR0_SHADOW, [guest_eax]    ; the guest shall see what it wrote
    resume_at exit_hlt
exit_hlt:
    expect_ REASON, 12, "HLT exits: reason 12"
    print "exit: HLT"
    vmwrite_ ENTRY_INTR, 0x80000306     ; hardware exception, vector 6: #UD
    resume_at exit_call
exit_call:
    expect_ REASON, 18, "VMCALL exits: reason 18"
    expect_ EXIT_LENGTH, 3, "VMCALL has three bytes"
    print "exit: VMCALL, EAX is ", [guest_eax]
    cmp dword [guest_eax], 0x600d
    check e, "the guest found everything as it should be"
    cmp dword [injected], 1
    check e, "the guest's #UD handler has run once"
    resume_at exit_fault
exit_fault:
    expect_ REASON, 0, "an exception that the bitmap names exits: reason 0"
    expect_ 0x4404, 0x80000b0d, "#GP, with an error code"
    expect_ 0x4406, 0x1230, "which is the selector"
    print "exit: #GP"
    vmxoff
    check a, "VMXOFF succeeds"
    mov eax, cr4
    and eax, ~CR4_VMXE
    mov cr4, eax
    print "out of VMX operation"
    mov al, 0
    jmp exit_al

; ---- the guest ----

guest:
    mov eax, 0
    cpuid
    cmp ebx, 0x53594152
    jne .bad
    mov eax, cr0
    test al, CR0_TS
    jnz .bad
    or al, CR0_TS
    mov cr0, eax
    mov eax, cr0
    test al, CR0_TS                     ; from the shadow
    jz .bad
    hlt
    mov eax, 0x600d
    vmcall
    mov cx, 0x1230                      ; past the GDT's end
    mov ds, cx
.bad:
    mov eax, 0xbad
    vmcall

; The guest's #UD handler: the event was injected, so that the instruction to go back to is a good one.
undefined:
    inc dword [injected]
    iret

; ---- setting up ----

controls:
    vmwrite_ PIN, 0x16
    vmwrite_ PROC, 0x0401e172 | 1 << 7  ; exit on HLT
    vmwrite_ EXCEPTIONS, 1 << 13
    vmwrite_ EXIT_CONTROLS, 0x36dff
    vmwrite_ ENTRY_CONTROLS, 0x11ff
    vmwrite_ CR0_MASK, CR0_TS
    vmwrite_ CR0_SHADOW, 0
    vmwrite_ 0x2800, -1                 ; VMCS link pointer
    vmwrite_ 0x2801, -1
    ret

host_state:
    vmwrite_ 0x6c00, cr0
    vmwrite_ 0x6c02, cr3
    vmwrite_ 0x6c04, cr4
    vmwrite_ 0x6c14, host_stack
    vmwrite_ 0x6c16, host
    vmwrite_ 0x0c02, KERNEL_CS
    vmwrite_ 0x0c04, KERNEL_DS
    vmwrite_ 0x0c00, KERNEL_DS
    vmwrite_ 0x0c06, KERNEL_DS
    vmwrite_ 0x0c0c, TSS_SEL
    vmwrite_ 0x6c0a, tss
    vmwrite_ 0x6c0c, gdt
    vmwrite_ 0x6c0e, idt
    ret

; segment_ NUMBER, SELECTOR, LIMIT, ACCESS RIGHTS, BASE
%macro segment_ 5
    vmwrite_ 0x0800 + 2 * %1, %2
    vmwrite_ 0x4800 + 2 * %1, %3
    vmwrite_ 0x4814 + 2 * %1, %4
    vmwrite_ 0x6806 + 2 * %1, %5
%endmacro

guest_state:
    set_handler 6, undefined
    vmwrite_ GUEST_CR0, cr0
    vmwrite_ 0x6802, cr3
    vmwrite_ 0x6804, cr4
    vmwrite_ GUEST_ESP, guest_stack
    vmwrite_ GUEST_EIP, guest
    vmwrite_ GUEST_EFLAGS, 2
    segment_ 0, KERNEL_DS, -1, 0xc093, 0
    segment_ 1, KERNEL_CS, -1, 0xc09b, 0
    segment_ 2, KERNEL_DS, -1, 0xc093, 0
    segment_ 3, KERNEL_DS, -1, 0xc093, 0
    segment_ 4, 0, 0, 0x10000, 0        ; FS, GS, LDTR: unusable
    segment_ 5, 0, 0, 0x10000, 0
    segment_ 6, 0, 0, 0x10000, 0
    segment_ 7, TSS_SEL, 103, 0x8b, tss
    vmwrite_ 0x6816, gdt
    vmwrite_ 0x4810, gdt_end - gdt - 1
    vmwrite_ 0x6818, idt
    vmwrite_ 0x4812, 256 * 8 - 1
    vmwrite_ 0x681a, 0x400              ; DR7
    ret

section .data align=8
vmxon_pointer: dd vmxon_region, 0
vmcs_pointer:  dd vmcs_region, 0
pointer_now:   dq 0
goes_to:       dd 0
guest_eax:     dd 0
guest_ebx:     dd 0
injected:      dd 0

section .bss align=4096
vmxon_region: resb 4096
vmcs_region:  resb 4096
              resb 4096
host_stack:
              resb 4096
guest_stack:
