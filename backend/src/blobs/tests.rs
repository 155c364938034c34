use std::io;

use super::*;

#[tokio::test]
async fn what_is_put_comes_back_and_putting_it_twice_is_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::in_folder(&folder.path().join("blobs")).unwrap();
    let id = blobs.put(b"hello".to_vec()).await.unwrap();
    assert_eq!(id.as_str(), "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    assert_eq!(blobs.put(b"hello".to_vec()).await.unwrap(), id);
    assert_eq!(blobs.get(&id).await.unwrap(), b"hello");
    assert!(folder.path().join("blobs/2c/f2").join(id.as_str()).is_file());
}

#[tokio::test]
async fn a_missing_blob_and_a_damaged_one_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::in_folder(folder.path()).unwrap();
    assert!(matches!(blobs.get(&BlobId::of(b"nobody")).await, Err(Error::NotFound)));
    let id = blobs.put(b"hello".to_vec()).await.unwrap();
    std::fs::write(folder.path().join("2c/f2").join(id.as_str()), b"jello").unwrap();
    assert!(matches!(blobs.get(&id).await, Err(Error::Damaged(_))));
    std::fs::write(folder.path().join("2c/f2").join(id.as_str()), b"he").unwrap();
    blobs.put(b"hello".to_vec()).await.unwrap();
    assert_eq!(blobs.get(&id).await.unwrap(), b"hello");
}

#[test]
fn a_full_disk_is_recognised_however_deep_it_is_wrapped() {
    let full = object_store::Error::Generic {
        store: "LocalFileSystem",
        source: Box::new(object_store::Error::Generic {
            store: "LocalFileSystem",
            source: Box::new(io::Error::from(io::ErrorKind::StorageFull)),
        }),
    };
    assert!(matches!(Error::from(full), Error::Full(_)));
}

#[test]
fn an_id_is_64_hexadecimal_digits() {
    for text in ["", "../../etc/passwd", &"g".repeat(64), &"A".repeat(64), &"a".repeat(65)] {
        assert!(text.parse::<BlobId>().is_err(), "{text}");
    }
    assert!("a".repeat(64).parse::<BlobId>().is_ok());
}
