//! Redirects: followed, but not for ever and not anywhere.

use crate::server::{Reply, Server};
use crate::table::Table;
use crate::world::{World, bytes};

#[test]
fn a_redirect_is_followed_with_the_range() {
    let target = Server::start(&bytes(), &[Reply::Honest]);
    let world = World::new(&[&[Reply::Redirect(target.address("elsewhere.bin"))]]);
    world.put("file.bin.part", &world.body[..50_000]);
    world.fetch().result.unwrap();
    world.assert_complete("redirect");
    let asked = target.requests();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        (asked[0].path.as_str(), asked[0].from),
        ("/elsewhere.bin", Some(50_000))
    );
}

#[test]
fn five_redirects_are_followed_and_six_are_not() {
    let hop = || Reply::Redirect("next.bin".into());
    let mut replies = vec![hop(), hop(), hop(), hop(), hop(), Reply::Honest];
    let world = World::new(&[&replies]);
    world.fetch().result.unwrap();
    let paths: Vec<String> = world.servers[0]
        .requests()
        .into_iter()
        .map(|it| it.path)
        .collect();
    assert_eq!(
        paths,
        [
            "/file.bin",
            "/next.bin",
            "/next.bin",
            "/next.bin",
            "/next.bin",
            "/next.bin"
        ]
    );
    replies.insert(0, hop());
    let world = World::new(&[&replies]);
    assert!(
        world
            .fetch()
            .sentence()
            .contains("http://host-1/file.bin redirects more than 5 times")
    );
    world.assert_kept(0, "six redirects");
}

#[test]
fn redirects_to_nowhere_are_refused() {
    let mut table = Table::new("the server redirects");
    for (case, to, said, asked) in [
        ("in a circle", "/file.bin", "redirects more than 5 times", 6),
        (
            "to a file of this machine",
            "file:///etc/passwd",
            "redirects to `file:///etc/passwd`, which is no http or https address",
            1,
        ),
        (
            "to another protocol",
            "ftp://host/file.bin",
            "redirects to `ftp://host/file.bin`, which is no http or https address",
            1,
        ),
        (
            "to nowhere",
            "",
            "redirects to ``, which is no http or https address",
            1,
        ),
    ] {
        let world = World::new(&[&[Reply::Redirect(to.into())]]);
        let outcome = world.fetch();
        let sentence = format!(
            "file.bin could not be fetched, since http://host-1/file.bin {said}: name a mirror that has the file"
        );
        assert_eq!(outcome.sentence(), sentence, "{case}");
        assert_eq!(world.servers[0].requests().len(), asked, "{case}");
        world.assert_kept(0, case);
        table.row(case, &sentence, "nothing");
    }
    table.write("redirects.md");
}
