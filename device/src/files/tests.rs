//! What flash takes, and what it refuses.

use super::system::{FactoryFile, FileSystem, Flags, Kind};
use super::*;

fn storage(bytes: u64) -> Storage {
    let flash = FileSystem {
        names: vec!["flash:".to_string()],
        kind: Kind::Disk,
        flags: Flags::Rw,
        bytes: Some(bytes),
    };
    let file = |name: &str, content| FactoryFile {
        name: name.to_string(),
        content,
    };
    Storage {
        systems: vec![flash],
        default: 0,
        factory: vec![
            file("lost+found", FactoryContent::Directory),
            file("image.bin", FactoryContent::Image(1000)),
        ],
        prefixes: vec!["flash:".to_string()],
    }
}

fn at(path: &str) -> FilePath {
    FilePath {
        system: 0,
        path: path.to_string(),
    }
}

const NOW: SimTime = SimTime(0);

fn put(files: &mut Files, path: &str, bytes: usize, storage: &Storage) -> Result<(), FileError> {
    files.put(at(path), vec![b'x'; bytes].into(), storage, NOW)
}

#[test]
fn flash_holds_as_much_as_it_has_room_for() {
    let storage = storage(8192);
    let mut files = Files::from_factory(&storage);
    let free = files.free(0, &storage).unwrap();
    assert_eq!(free, 8192 - 4096 - 1000);
    assert_eq!(
        put(&mut files, "x", 3097, &storage),
        Err(FileError::NoSpace)
    );
    assert_eq!(put(&mut files, "x", 3096, &storage), Ok(()));
    assert_eq!(put(&mut files, "y", 1, &storage), Err(FileError::NoSpace));
    // Over a file of the same name its own room counts.
    assert_eq!(put(&mut files, "x", 3096, &storage), Ok(()));
    files.remove(&at("x")).unwrap();
    assert_eq!(files.free(0, &storage), Some(free));
}

#[test]
fn what_a_fleet_would_have_to_keep_is_bounded_however_large_the_flash_is() {
    let storage = storage(u64::MAX);
    let mut files = Files::from_factory(&storage);
    let largest = usize::try_from(FILE_BYTES_MAX).unwrap();
    assert_eq!(
        put(&mut files, "a", largest + 1, &storage),
        Err(FileError::NoSpace)
    );
    assert_eq!(put(&mut files, "a", largest, &storage), Ok(()));
    assert_eq!(put(&mut files, "b", largest, &storage), Ok(()));
    assert_eq!(put(&mut files, "c", 1, &storage), Err(FileError::NoSpace));
}

#[test]
fn so_is_the_number_of_files() {
    let storage = storage(u64::MAX);
    let mut files = Files::default();
    for number in 0..ENTRIES_MAX {
        put(&mut files, &number.to_string(), 1, &storage).unwrap();
    }
    assert_eq!(
        put(&mut files, "more", 1, &storage),
        Err(FileError::NoSpace)
    );
    assert_eq!(put(&mut files, "7", 1, &storage), Ok(()));
}

#[test]
fn a_file_stands_in_a_directory_that_exists() {
    let storage = storage(1 << 20);
    let mut files = Files::default();
    assert_eq!(put(&mut files, "d/x", 1, &storage), Err(FileError::Missing));
    files.make_directory(at("d"), NOW).unwrap();
    assert_eq!(files.make_directory(at("d"), NOW), Err(FileError::Exists));
    put(&mut files, "d/x", 1, &storage).unwrap();
    assert_eq!(
        put(&mut files, "d", 1, &storage),
        Err(FileError::IsDirectory)
    );
    assert_eq!(files.remove(&at("d")), Err(FileError::IsDirectory));
    assert_eq!(
        files.remove_directory(&at("d"), false),
        Err(FileError::NotEmpty)
    );
    assert_eq!(files.remove_directory(&at("d"), true), Ok(()));
    assert!(files.get(&at("d/x")).is_none());
}

#[test]
fn a_directory_moves_with_what_is_in_it() {
    let storage = storage(1 << 20);
    let mut files = Files::default();
    files.make_directory(at("d"), NOW).unwrap();
    put(&mut files, "d/x", 1, &storage).unwrap();
    assert_eq!(files.rename(&at("d"), &at("d/e")), Err(FileError::Exists));
    files.rename(&at("d"), &at("e")).unwrap();
    assert!(files.content(&at("e/x")).is_ok());
    assert_eq!(files.content(&at("d/x")), Err(FileError::Missing));
}

#[test]
fn a_file_that_is_written_again_keeps_its_number_and_gets_a_new_time() {
    let storage = storage(1 << 20);
    let mut files = Files::default();
    put(&mut files, "x", 1, &storage).unwrap();
    put(&mut files, "y", 1, &storage).unwrap();
    files
        .put(at("x"), Arc::from(*b"new"), &storage, SimTime(7))
        .unwrap();
    let listed: Vec<(u32, u64)> = files
        .list(&at(""))
        .iter()
        .map(|(_, entry)| (entry.id, entry.modified.0))
        .collect();
    assert_eq!(listed, [(11, 7), (12, 0)]);
}
