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
%include "vmx.inc"

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
    call vmx_on
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
    set_handler 6, undefined
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

section .data align=8
goes_to:       dd 0
guest_eax:     dd 0
guest_ebx:     dd 0
injected:      dd 0
