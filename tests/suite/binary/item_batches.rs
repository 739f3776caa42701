//! `dynakv item batch`.

use super::Serve;

#[tokio::test]
async fn items_are_written_read_and_deleted() {
    let server = Serve::in_memory().start().await;
    let cli = server.cli();
    let lines = b"{\"pk\":\"a\",\"n\":1}\n{\"pk\":\"b\",\"set\":{\"SS\":[\"x\"]}}\n";
    cli.fed(["item", "batch", "put"], lines).await.is(0, "", "2 applied, 0 failed\n");

    let got = cli.run("item batch get a c b --projection n").await;
    let expected = concat!(
        r#"{"key":"a","found":true,"item":{"n":1}}"#,
        "\n",
        r#"{"key":"c","found":false}"#,
        "\n",
        r#"{"key":"b","found":true,"item":{}}"#,
        "\n",
    );
    got.is(1, expected, "2 found, 1 missing, 0 failed\n");

    let delete = ["item", "batch", "delete", "--format", "jsonl", "--report-existed"];
    let deleted = cli.fed(delete, expected.as_bytes()).await;
    deleted.is(1, "", "3 applied, 0 failed, 1 missing before they were deleted\n");
    assert_eq!(cli.run("item batch get a b --consistent").await.code, 1);
}

#[tokio::test]
async fn what_fails_is_named() {
    let server = Serve::in_memory().start().await;
    let cli = server.cli();
    let refused = cli.args(["item", "batch", "put", r#"{"pk":"a"}"#, r#"{"pk":1}"#]).await;
    assert!(
        refused.code == 2 && refused.stderr.contains(r#"line 2: operations[1].put_item.item["pk"]"#),
        "{refused:?}"
    );

    let bad = cli.fed(["item", "batch", "put"], b"{\"pk\":\"a\"}\n[]\n").await;
    assert!(bad.code == 2 && bad.stderr.contains("line 2"), "{bad:?}");
    assert_eq!(cli.run("item batch get a").await.code, 1, "nothing of the part was sent");
}
