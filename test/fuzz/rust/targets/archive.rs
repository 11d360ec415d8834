//! Archives: members lie inside the file and never overlap, and goblin, where it takes the archive, lists the same ones.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(input) = artifact::open(data) else { return };
    let mut end = data.as_ptr() as usize;
    for member in &input.members {
        let start = member.data.as_ptr() as usize;
        assert!(start >= end, "members overlap");
        end = start + member.data.len();
    }
    assert!(end <= data.as_ptr() as usize + data.len());
    let Ok(archive) = goblin::archive::Archive::parse(data) else { return };
    // A later table of names is one to goblin, and a member like any other to us.
    let names = input.members.iter().map(|member| &member.name).chain(input.skipped.iter().map(|(name, _)| name));
    let ours = names.filter(|name| !name.starts_with('/')).count();
    assert!(ours <= archive.len(), "{ours} members, {:?} by goblin", archive.members());
});
