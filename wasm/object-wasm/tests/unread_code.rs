//! Input that a linker turns into code, and that a parser of machine code does not see, is an error.

use artifact::mutate::{elf, Section};

fn reason(name: &'static str, kind: u32) -> Option<String> {
    let section = Section { name, kind, content: vec![0; 8], ..Section::default() };
    object_wasm::extract(&elf(&[section])).err().map(|error| error.reason)
}

#[test]
fn intermediate_code_of_gcc() {
    for name in [".gnu.lto_.symtab.1f", ".gnu.lto_main.0.1f", ".gnu.offload_lto_.opts"] {
        assert!(reason(name, 1).unwrap().contains("-flto"), "{name}");
    }
    assert_eq!(reason(".gnu.linkonce.d.x", 1), None);
}

#[test]
fn relocations_in_a_form_that_lld_alone_reads() {
    assert_eq!(reason(".crel.text", 0x4000_0014).unwrap(), "section 1 has relocations in CREL form, which is not read");
    assert_eq!(reason(".crel.text", 1), None);
}
