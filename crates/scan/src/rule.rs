//! The rules of `scan`: one table, from which `--rules`, docs/rules.md and the rules in SARIF are made.

use crate::verdict::Verdict;

/// One rule, in the words that users read.
#[derive(Debug)]
pub struct RuleInfo {
    /// Which rule.
    pub rule: Rule,
    /// Its id in reports, in kebab-case; never changed after a release.
    pub id: &'static str,
    /// Its name, in a few words.
    pub name: &'static str,
    /// The class of attack that it detects, a letter from the list in docs/rules.md; `-` for none.
    pub class: char,
    /// The verdict for a file with such a finding.
    pub verdict: Verdict,
    /// What the finding is.
    pub what: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// An example: a line of a disassembly or of a report.
    pub example: &'static str,
    /// What the user can do.
    pub remedy: &'static str,
}

macro_rules! rules {
    ($($variant:ident, $id:literal, $class:literal, $verdict:ident, $name:literal,
        $what:literal, $why:literal, $example:literal, $remedy:literal;)*) => {
        /// What a finding can be.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Rule {
            $(#[doc = $what] $variant,)*
        }

        /// Every rule, in the order of [`Rule`].
        pub const RULES: &[RuleInfo] = &[
            $(RuleInfo {
                rule: Rule::$variant,
                id: $id,
                name: $name,
                class: $class,
                verdict: Verdict::$verdict,
                what: $what,
                why: $why,
                example: $example,
                remedy: $remedy,
            },)*
        ];
    };
}

rules! {
    Gadget, "gadget", 'A', Dangerous, "a function known to do harm",
        "The file names a function or class of Python's standard library, or of pip, that runs code or commands, calls its arguments, or opens files or sockets.",
        "Loading the file with pickle or joblib calls it, with arguments from the file. No list of such names is complete: a name that is on no list is reported as `unknown-name`, never as safe.",
        "GLOBAL 'os system'",
        "Do not load the file. Delete it, and ask where it came from.";
    Resolver, "resolver", 'B', Dangerous, "a function that fetches others by name",
        "The file names a function that turns text into functions, attributes or modules.",
        "With such a function, a file can reach every function of Python without naming it.",
        "STACK_GLOBAL pkgutil.resolve_name",
        "Do not load the file.";
    SystemModule, "system-module", 'C', Dangerous, "a name in a module that controls the system",
        "The file names something in a module that exists to run code or processes, or to reach files or the network. The module belongs to Python's standard library or to another package; cannery's list of harmful names has no entry for this name itself.",
        "Lists of single functions miss their neighbours: submodules, subclasses, aliases and private helpers of a listed module.",
        "GLOBAL 'asyncio.unix_events _UnixSubprocessTransport'",
        "Do not load the file.";
    DottedName, "dotted-name", 'D', Dangerous, "a dotted name",
        "The name inside a module has a dot, so Python walks from attribute to attribute.",
        "The first part can be harmless and the last one `os.system`: every module that imports os has it as an attribute. scikit-learn models contain no such names.",
        "STACK_GLOBAL 'sklearn.datasets._base' 'os.system'",
        "Do not load the file. If the name is a nested class of your own, move the class to the top level of its module.";
    IndirectName, "indirect-name", 'E', Unknown, "a name that is hidden from simple readers",
        "The module or name of a STACK_GLOBAL is not a text directly before it: it comes from DUP, from an opcode for Python 2 strings, or from below other values on the stack.",
        "Python's pickle module never writes this. Scanners that guess the operands from the preceding opcodes read a different name than Python does; cannery executes the stack operations and judges the real name.",
        "STRING 'os' … DUP … STACK_GLOBAL",
        "Assume that the file was made by hand.";
    UnknownArguments, "unknown-arguments", 'F', Unknown, "a known name, used in an unknown way",
        "The file calls a known function, or creates a known class or sets its state, in a way that its library never does. Or it stores a class or constructor as a value, and code that uses the object would call it.",
        "Known names are harmless only in their usual form: what a constructor, a `__setstate__` or an `append` does with other arguments is up to whoever wrote the file.",
        "numpy.dtype called with 5 arguments",
        "If your own code wrote the file, save the model again with joblib.dump. Otherwise, do not load it.";
    Smuggled, "smuggled-state", 'F', Dangerous, "a state that changes what an object is",
        "The file sets attributes that Python itself uses (`__class__`, `__setstate__`, `__reduce__` …), gives a state to a class or function, gives one object several states, or hides a method of scikit-learn behind an attribute of the same name. Or a text that names the method to call on another estimator does not name an estimator's method.",
        "The next opcode, or the first use of the object, then calls what the file put there.",
        "BUILD {'__setstate__': …}",
        "Do not load the file.";
    ExtensionCode, "extension-code", 'G', Dangerous, "a name given as a number",
        "EXT1, EXT2 or EXT4 names a function by its number in Python's copyreg registry.",
        "What the number stands for depends on the process that loads the file. No model library uses it.",
        "EXT1 1",
        "Do not load the file.";
    PersistentId, "persistent-id", 'G', Dangerous, "an object given as a persistent id",
        "PERSID or BINPERSID lets the program that loads the file decide what the object is.",
        "Part of the model is not in the file. Pickles of scikit-learn models have no persistent ids; PyTorch files do.",
        "BINPERSID",
        "Use the loader of the library that wrote the file, and only for files that you trust.";
    OutOfBandBuffer, "out-of-band-buffer", 'G', Malformed, "data outside the file",
        "NEXT_BUFFER or READONLY_BUFFER refers to data that is not in the file.",
        "cannery can't judge data that it can't read.",
        "NEXT_BUFFER",
        "Write the model with pickle.dump and without buffer_callback.";
    MalformedPickle, "malformed-pickle", 'H', Malformed, "a pickle that readers may interpret differently",
        "The opcodes, or the arrays that joblib puts between or beside them, break a rule. For example, an opcode crosses the end of a frame, a memo slot is read before it is written or is written twice, a mark is left over or crossed, an opcode is unknown or misplaced, padding has content, or an array file is in another folder.",
        "Python's two unpicklers and its tools read such streams differently, so the content that was checked may not be the content that is loaded.",
        "the opcode crosses the end of its frame (byte 213, BINBYTES)",
        "Assume that the file is damaged or was made by hand. Findings before the error are listed too.";
    CutShort, "cut-short", 'I', Malformed, "a file that ends too early",
        "The file ends before the pickle, the array or the compressed stream in it does.",
        "Python executes everything before the break. Attacks use this to stop scanners; an interrupted download looks the same.",
        "cut short: 1,204 bytes are missing, at byte 1024",
        "Download the file again. If findings name functions, do not load it.";
    Trailing, "trailing-data", 'J', Malformed, "data after the end",
        "Bytes follow the end of a pickle and are not another pickle, or bytes follow the end of a compressed stream.",
        "They can hide a second pickle, for a program that reads on.",
        "12 bytes follow the end of the pickle and are not another pickle",
        "Save each object in a file of its own.";
    Container, "malformed-container", 'K', Malformed, "an archive or array file that readers may interpret differently",
        "A zip, compressed, npy or skops file breaks a rule of its format. For example, headers disagree, entries overlap, occur twice or are encrypted, bytes lie between entries, a checksum is wrong, a path leads out of the archive, a skops node declares one type and uses another, or an array contains Python objects where the format has none.",
        "What a scanner sees in such a file may differ from what the library loads.",
        "local and central header have different names",
        "Do not load the file. If you trust its parts, pack them again.";
    NotRead, "not-read", 'K', Unknown, "content that cannery does not read",
        "The file, or a part of it, is in a format that can contain code and that cannery does not read: 7z, rar, tar, zstd, HDF5 and similar.",
        "cannery never calls content safe that it did not read.",
        "a 7z archive",
        "Unpack it and scan what is inside, or use a scanner for that format.";
    MissingArray, "missing-array-file", 'L', Unknown, "an array file that is missing",
        "A dump of joblib before 0.10 names a file for an array, and that file is not beside the model.",
        "joblib loads that file, including a pickle in it if the array contains Python objects. cannery never calls content safe that it did not read.",
        "model.pkl_03.npy",
        "Put the array files beside the model, and scan again.";
    NestedPickle, "nested-pickle", 'M', Unknown, "a pickle inside bytes",
        "Bytes in the file contain another pickle or archive that is not safe. Its findings are listed with the path to the bytes.",
        "Functions such as `pickle.loads` open a second pickle that scanners of the first one do not see.",
        "bytes at steps[0].payload",
        "Do not load the file.";
    LibraryGadget, "library-gadget", 'N', Dangerous, "a library function that does harm",
        "The file names a function of numpy, scipy, pandas, joblib, scikit-learn or another package outside Python's standard library that runs code, or reads or writes files.",
        "Scanners that trust these libraries as a whole accept it.",
        "GLOBAL 'numpy.testing._private.utils runstring'",
        "Do not load the file.";
    ExecutedText, "executed-text", 'N', Dangerous, "text that its class executes",
        "The state of a scipy distribution has a text that scipy executes, and it is not the text that scipy writes.",
        "`rv_generic.__setstate__` runs `exec` on `_parse_arg_template`.",
        "_parse_arg_template = 'import os …'",
        "Do not load the file.";
    Unsound, "unsound-structure", 'M', Malformed, "parts that contradict each other",
        "The parts of an estimator, tree, array or matrix contradict each other: a child or feature that does not exist, a cycle, an index out of range, a wrong length.",
        "Compiled code in scikit-learn, scipy and numpy uses them without a check: it may read or write memory outside an array, or never finish.",
        "estimators_[3].tree_.nodes[17].left_child: 99 of 31 nodes",
        "Do not load the file: it is damaged or was changed.";
    UnknownName, "unknown-name", '-', Unknown, "a name that is not known",
        "The file names a function or class that is on none of cannery's lists. It belongs to another package, to your own code, or to `__main__`.",
        "Python imports its module and may call it. cannery knows exact names that models contain, from Python, numpy, scipy, pandas, joblib and scikit-learn; it never accepts a whole module or package.",
        "GLOBAL '__main__ tokenize'",
        "Look at what it is. If it is yours, allow it by its exact name (`--allow my_package.preprocess.Cleaner`, or `allow` in a policy file).";
    UnknownCall, "unknown-call", '-', Unknown, "a call of something that is not a name",
        "The file calls the result of another call, or a value that is not a function.",
        "What is called depends on code that cannery does not run.",
        "REDUCE on the result of getattr",
        "Do not load the file unless you know who wrote it.";
    OverLimit, "over-limit", '-', Malformed, "a limit was exceeded",
        "Reading the file, with cannery or with Python, would need more memory, time or nesting than the limits allow.",
        "A small file that expands to gigabytes, or that keeps Python busy for minutes, is an attack on whoever opens it.",
        "file size is at least 5827 bytes; --input-bytes allows 100",
        "If you trust the file, raise the limit with the option that the message names, if it names one.";
    Unreadable, "unreadable", '-', Malformed, "the file can't be read",
        "The operating system refuses access, or the file is not a model. Nothing was judged.",
        "cannery never calls a file safe that it could not read.",
        "permission denied",
        "Make the file readable, or name only model files.";
    OtherFramework, "other-framework", '-', Unknown, "a model of another framework",
        "The file is a model of PyTorch, Keras, XGBoost, LightGBM or CatBoost, in that library's own format.",
        "cannery reads scikit-learn models. It judges the pickles inside such a file and does not read the rest, so the file is never called safe. A policy can't ignore findings in these pickles.",
        "this is a PyTorch checkpoint",
        "If you trust whoever made it, load it with the library that wrote it: PyTorch with weights_only=True, Keras with safe_mode=True.";
}

impl Rule {
    /// Its row in the table.
    pub fn info(self) -> &'static RuleInfo {
        &RULES[self as usize]
    }

    /// The rule with this id.
    pub fn from_id(id: &str) -> Option<Self> {
        RULES.iter().find(|info| info.id == id).map(|info| info.rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (place, info) in RULES.iter().enumerate() {
            assert_eq!(info.rule as usize, place);
            assert_eq!(Rule::from_id(info.id), Some(info.rule));
        }
    }

    #[test]
    fn every_class_of_attack_has_a_rule() {
        for class in 'A'..='N' {
            assert!(RULES.iter().any(|info| info.class == class), "{class}");
        }
    }

    #[test]
    fn ids_are_short_and_nothing_is_left_empty() {
        for info in RULES {
            assert!(info.id.len() <= 20 && info.id.bytes().all(|b| b == b'-' || b.is_ascii_lowercase()));
            for text in [info.name, info.what, info.why, info.example, info.remedy] {
                assert!(!text.is_empty(), "{}", info.id);
            }
            assert_ne!(info.verdict, Verdict::Safe, "{}", info.id);
        }
    }
}
