//! The rules: what a finding can be, and why. One table; `--rules`, docs/rules.md and SARIF follow from it.

use crate::verdict::Verdict;

/// One rule, as users read it.
#[derive(Debug)]
pub struct RuleInfo {
    /// Which rule.
    pub rule: Rule,
    /// Its id in reports: kebab-case, never changed once released.
    pub id: &'static str,
    /// A few words.
    pub name: &'static str,
    /// The class of attack that it answers, a letter of the list in docs/rules.md; `-` for none.
    pub class: char,
    /// The verdict that a finding leads to.
    pub verdict: Verdict,
    /// What is found.
    pub what: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What it looks like, in a line of a disassembly or of a report.
    pub example: &'static str,
    /// What to do about it.
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
        "The file names a function or class of Python's standard library, or of pip, that runs code or commands, calls what it is given, or opens files or sockets.",
        "Loading the file with pickle or joblib calls it with arguments that the file chose. Lists of such names are never complete: a name that is on none is `unknown-name`, and not safe either.",
        "GLOBAL 'os system'",
        "Do not load the file. Delete it, and ask where it came from.";
    Resolver, "resolver", 'B', Dangerous, "a function that fetches others by name",
        "The file names a function that turns text into functions, attributes or modules.",
        "With one of these a file reaches every function of Python without naming it.",
        "STACK_GLOBAL pkgutil.resolve_name",
        "Do not load the file.";
    SystemModule, "system-module", 'C', Dangerous, "a name of a module that controls the system",
        "The file names something in a module of Python's standard library, or of another package, that exists to run code or processes, or to reach files or the network, and has no line of its own in cannery's table.",
        "Lists of single functions miss their neighbours: submodules, subclasses, aliases and private helpers of a listed module.",
        "GLOBAL 'asyncio.unix_events _UnixSubprocessTransport'",
        "Do not load the file.";
    DottedName, "dotted-name", 'D', Dangerous, "a dotted name",
        "The name inside a module has a dot: Python walks from attribute to attribute.",
        "The first part can be harmless and the last one `os.system`: a module that imports os has it as an attribute. Models of scikit-learn hold no such names.",
        "STACK_GLOBAL 'sklearn.datasets._base' 'os.system'",
        "Do not load the file. If the name is that of a nested class of your own, move the class to the top of its module.";
    IndirectName, "indirect-name", 'E', Unknown, "a name that is hidden from simple readers",
        "Module or name of a STACK_GLOBAL does not stand directly before it as text: it comes from DUP, an opcode of Python 2, or from below other values.",
        "Python's pickle never writes this. Scanners that guess operands from the opcodes before read another name than Python does; cannery carries the stack out and judges the real name.",
        "STRING 'os' … DUP … STACK_GLOBAL",
        "Treat the file as made by hand.";
    UnknownArguments, "unknown-arguments", 'F', Unknown, "a known name, used in an unknown way",
        "A known function is called, or a known class made or given its state, otherwise than its library writes it; or a class or constructor is kept as a value, for what uses the object to call.",
        "Known names are harmless only as they are meant: what a constructor, a `__setstate__` or an `append` does with other arguments is the choice of whoever wrote the file.",
        "numpy.dtype called with 5 arguments",
        "If your own code wrote the file, save the model again with joblib.dump; else do not load it.";
    Smuggled, "smuggled-state", 'F', Dangerous, "a state that changes what an object is",
        "BUILD or SETITEM gives an object attributes that Python uses itself (`__class__`, `__setstate__`, `__reduce__` …), gives a state to a class or function, hides a method of scikit-learn by an attribute of its name, or gives one object several states; or a text names the method that one estimator calls of another, and is none of those of estimators.",
        "The next opcode, or the first use of the object, then calls what the file put there.",
        "BUILD {'__setstate__': …}",
        "Do not load the file.";
    ExtensionCode, "extension-code", 'G', Dangerous, "a name by number",
        "EXT1, EXT2 or EXT4 names a function by a number of Python's copyreg registry.",
        "What the number stands for depends on the process that loads the file. No library for models uses it.",
        "EXT1 1",
        "Do not load the file.";
    PersistentId, "persistent-id", 'G', Dangerous, "an object by an id of its own",
        "PERSID or BINPERSID leaves it to the program that loads the file what the object is.",
        "Part of the model is not in the file. Pickles of scikit-learn models have none; PyTorch's files have.",
        "BINPERSID",
        "Use the loader of the library that wrote the file, on files that you trust.";
    OutOfBandBuffer, "out-of-band-buffer", 'G', Malformed, "data outside the file",
        "NEXT_BUFFER or READONLY_BUFFER takes data that the file does not hold.",
        "What was not read can't be judged.",
        "NEXT_BUFFER",
        "Write the model with pickle.dump and no buffer_callback.";
    MalformedPickle, "malformed-pickle", 'H', Malformed, "a pickle that readers may take in two ways",
        "The opcodes, or the arrays that joblib puts between or beside them, break a rule: one straddles a frame, a memo slot is read before it is written or written twice, a mark is left or crossed, an opcode is unknown or misplaced; padding holds something, an array file lies elsewhere.",
        "Python's own two unpicklers and its tools differ on such streams, so that what is checked is not what is loaded.",
        "the opcode crosses the end of its frame (byte 213, BINBYTES)",
        "Treat the file as damaged or made by hand. Findings up to the error are listed too.";
    CutShort, "cut-short", 'I', Malformed, "a file that ends too early",
        "The file ends before the pickle, the array or the compressed stream in it does.",
        "Python runs what stands before the break. Attacks use it to stop scanners; downloads that were interrupted look the same.",
        "cut short: 1,204 bytes are missing, at byte 1024",
        "Fetch the file again. If findings name functions, do not load it.";
    Trailing, "trailing-data", 'J', Malformed, "something after the end",
        "Bytes follow the end of the pickle or of the compressed stream.",
        "A second pickle may stand there, for a program that reads on.",
        "12 bytes follow the end of the pickle",
        "Save each object in a file of its own.";
    Container, "malformed-container", 'K', Malformed, "an archive or array file that readers may take in two ways",
        "A zip, compressed, npy or skops file breaks a rule of its format: headers that disagree, duplicate, encrypted or overlapping entries, bytes between them, wrong checksums, paths that lead elsewhere, nodes that say one thing and use another, an array of objects where the format has none.",
        "What a scanner sees in such a file is not what the library sees that loads it.",
        "local and central header have different names",
        "Do not load the file. Pack it again from its parts if you trust them.";
    NotRead, "not-read", 'K', Unknown, "content that cannery does not read",
        "The file, or a part of it, is of a format that can hold code and that cannery does not read: 7z, rar, tar, zstd, HDF5 and the like.",
        "What was not read is never called safe.",
        "a 7z archive",
        "Unpack it and scan what is inside, or use a scanner for that format.";
    MissingArray, "missing-array-file", 'L', Unknown, "an array that is not in the file",
        "The dump of an old joblib names a file for an array, and it is not beside the model.",
        "joblib loads that file, with a pickle of its own if it holds objects. What was not read is never called safe.",
        "model.pkl_03.npy",
        "Put the array files beside the model, and scan again.";
    NestedPickle, "nested-pickle", 'M', Unknown, "a pickle inside bytes",
        "Bytes in the file hold a pickle or archive of their own which is not safe; its findings are listed with the path to it.",
        "Functions such as `pickle.loads` open a second pickle where scanners of the first do not look.",
        "bytes at steps[0].payload",
        "Do not load the file.";
    LibraryGadget, "library-gadget", 'N', Dangerous, "a function of a library that does harm",
        "The file names a function of numpy, scipy, pandas, joblib, scikit-learn or another package outside Python's own that runs code, or reads or writes files.",
        "Scanners that trust these libraries as a whole let it pass.",
        "GLOBAL 'numpy.testing._private.utils runstring'",
        "Do not load the file.";
    ExecutedText, "executed-text", 'N', Dangerous, "text that its class executes",
        "The state of a scipy distribution holds a text that scipy executes, and it is not the text that scipy writes.",
        "`rv_generic.__setstate__` runs `exec` on `_parse_arg_template`.",
        "_parse_arg_template = 'import os …'",
        "Do not load the file.";
    Unsound, "unsound-structure", 'M', Malformed, "parts that do not fit together",
        "The parts of an estimator, tree, array or matrix contradict each other: a child or feature that does not exist, a cycle, an index outside, a length that is wrong.",
        "Compiled code in scikit-learn, scipy and numpy uses them without looking: it reads or writes memory outside the array, or never ends.",
        "estimators_[3].tree_.nodes[17].left_child: 99 of 31 nodes",
        "Do not load the file: it is damaged or was changed.";
    UnknownName, "unknown-name", '-', Unknown, "a name that is not known",
        "The file names a function or class that is in no list: of another package, of your own code, or of `__main__`.",
        "Python imports its module and may call it. cannery knows the names of Python, numpy, scipy, pandas, joblib and scikit-learn that models hold, and nothing by prefix.",
        "GLOBAL '__main__ tokenize'",
        "Look at what it is. Allow it by its exact name (`--allow my_package.preprocess.Cleaner`, or `allow` in a policy file) if it is yours.";
    UnknownCall, "unknown-call", '-', Unknown, "a call of something that is not a name",
        "The file calls the result of another call, or a value that is no function.",
        "What is called depends on code that cannery does not run.",
        "REDUCE on the result of getattr",
        "Do not load the file unless you know who wrote it.";
    OverLimit, "over-limit", '-', Malformed, "a limit was hit",
        "Reading the file, here or in Python, would need more memory, time or nesting than the limits allow.",
        "Small files that unfold into gigabytes, or keep Python busy for minutes, are an attack on whoever opens them.",
        "--ratio allows 1000",
        "If the file is honest, raise the limit with the option that the message names, if it names one.";
    Unreadable, "unreadable", '-', Malformed, "the file can't be read",
        "The operating system refuses, or the file is no model: nothing was judged.",
        "A file that could not be read is not a safe one.",
        "permission denied",
        "Make the file readable, or name only model files.";
    OtherFramework, "other-framework", '-', Unknown, "a model of another framework",
        "The file is a model of PyTorch, Keras, XGBoost, LightGBM or CatBoost in a format of that library.",
        "cannery reads models of scikit-learn. Pickles inside are judged, the rest is not read; what was not read is never called safe. Findings in the pickles can't be ignored by a policy.",
        "this is a PyTorch checkpoint",
        "Load it with the library that wrote it, if you trust whoever made it: PyTorch with weights_only=True, Keras with safe_mode=True.";
}

impl Rule {
    /// All that is said of it.
    pub fn info(self) -> &'static RuleInfo {
        &RULES[self as usize]
    }

    /// The rule of an id.
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
