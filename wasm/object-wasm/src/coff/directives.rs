//! `.drectve`: options that an object gives to its linker.

use super::symbols::plain_name;

/// Symbols that the directives keep, and those that stand for another where nothing defines them.
#[derive(Default)]
pub struct Directives {
    pub kept: Vec<String>,
    pub alternates: Vec<(String, String)>,
}

/// Options that change neither which code there is nor what is reached.
const HARMLESS: [&str; 18] = [
    "aligncomm",
    "arm64xsameaddress",
    "comment",
    "disallowlib",
    "editandcontinue",
    "exclude-symbols",
    "exclude_symbols",
    "failifmismatch",
    "guardsym",
    "heap",
    "inferasanlibs",
    "manifestdependency",
    "merge",
    "nodefaultlib",
    "release",
    "section",
    "stack",
    "subsystem",
];

/// Libraries of the compiler and of Windows; their code is no package's.
const SYSTEM: [&str; 40] = [
    "advapi32", "bcrypt", "comdlg32", "concrt", "crypt32", "dbghelp", "gdi32", "iphlpapi", "kernel32", "libcmt", "libcmtd",
    "libconcrt", "libconcrtd", "libcpmt", "libcpmtd", "libucrt", "libucrtd", "libvcruntime", "libvcruntimed", "msvcprt",
    "msvcprtd", "msvcrt", "msvcrtd", "ntdll", "ole32", "oleaut32", "oldnames", "psapi", "rpcrt4", "secur32", "setupapi",
    "shell32", "shlwapi", "synchronization", "ucrt", "user32", "userenv", "uuid", "vcruntime", "ws2_32",
];

/// Reads the content of a `.drectve` section. Returns the reason for an option that is not known.
pub fn read(content: &[u8], machine: u16, said: &mut Directives) -> Result<(), String> {
    let text = artifact::as_text(content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content));
    let symbol = |name: &str| artifact::as_text(&plain_name(machine, name.as_bytes())).into_owned();
    for word in words(&text) {
        let (option, value) = word.split_once(':').unwrap_or((&word, ""));
        let option = match option.strip_prefix(['/', '-']) {
            Some(option) => option.to_ascii_lowercase(),
            None => return Err(format!("its directives have {word:?}, which is no option of a linker")),
        };
        match option.as_str() {
            "include" | "entry" if !value.is_empty() => said.kept.push(symbol(value)),
            "export" if !value.is_empty() => {
                // NAME[=SYMBOL][,@ORDINAL][,DATA] …
                let entry = value.split(',').next().unwrap_or(value);
                said.kept.push(symbol(entry.split_once('=').map_or(entry, |(_, internal)| internal)));
            }
            "alternatename" => {
                let (from, to) = value.split_once('=').ok_or("its directive /ALTERNATENAME has no second name")?;
                said.alternates.push((symbol(from), symbol(to)));
            }
            "defaultlib" => {
                let library = value.to_ascii_lowercase();
                let stem = library.strip_suffix(".lib").unwrap_or(&library);
                if !SYSTEM.contains(&stem) {
                    return Err(format!("it makes the linker take the library {value} (#pragma comment(lib))"));
                }
            }
            known if HARMLESS.contains(&known) => {}
            _ => return Err(format!("its directives have the option {word:?}, which is not known")),
        }
    }
    Ok(())
}

/// Splits at white space outside of double quotes, which are removed.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut is_quoted = false;
    for c in text.chars() {
        match c {
            '"' => {
                is_quoted = !is_quoted;
                word.get_or_insert_with(String::new);
            }
            c if !is_quoted && (c.is_ascii_whitespace() || c == '\0') => words.extend(word.take()),
            c => word.get_or_insert_with(String::new).push(c),
        }
    }
    words.extend(word);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use object::pe::{IMAGE_FILE_MACHINE_AMD64 as AMD64, IMAGE_FILE_MACHINE_I386 as I386};

    fn said(text: &str, machine: u16) -> Result<Directives, String> {
        let mut said = Directives::default();
        read(text.as_bytes(), machine, &mut said).map(|()| said)
    }

    #[test]
    fn what_is_kept() {
        let text = " /EXPORT:a /export:b=c,@3,NONAME -export:\"d e\",data \"/INCLUDE:f\" /include:g\0 /ENTRY:h";
        assert_eq!(said(text, AMD64).unwrap().kept, ["a", "c", "d e", "f", "g", "h"]);
        assert_eq!(said("/INCLUDE:_f /EXPORT:_g,DATA", I386).unwrap().kept, ["f", "g"]);
        assert_eq!(said("/INCLUDE:_f", AMD64).unwrap().kept, ["_f"]);
        let alternates = said("/alternatename:a=b", AMD64).unwrap().alternates;
        assert_eq!(alternates, [("a".to_string(), "b".to_string())]);
    }

    #[test]
    fn what_is_no_code_and_what_may_be() {
        let harmless = "/DEFAULTLIB:\"LIBCMT\" /defaultlib:uuid.lib /FAILIFMISMATCH:\"_MSC_VER=1900\" -aligncomm:\"x\",4";
        assert!(said(harmless, AMD64).unwrap().kept.is_empty());
        assert!(said("\u{feff}/merge:.a=.b", AMD64).is_ok());
        assert!(said("/DEFAULTLIB:evil", AMD64).err().unwrap().contains("library evil"));
        assert!(said("/FORCE", AMD64).err().unwrap().contains("/FORCE"));
        assert!(said("include:a", AMD64).is_err());
    }
}
