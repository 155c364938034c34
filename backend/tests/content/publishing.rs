//! What trainees see before, after and in spite of publishing.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use macro_rules_attribute::apply;
use tempfile::TempDir;
use tenarai::blobs::{BlobId, Blobs};
use tenarai::content::{self, NotebookEntry, PublishError, Published, Source};
use tenarai::db::schema::{chapter_texts, chapter_versions, chapters, courses, publication_files, publications};
use tenarai::db::types::{ChapterId, Json, PublicationId, UserId};
use tenarai::db::{self, Db, Target};

use super::course::Course;
use crate::support::{Beginning, Plan};

/// A site without its HTTP: a database and a store.
pub struct Site {
    pub db: Db,
    pub blobs: Blobs,
    /// Dropped last: database and store lie in it.
    state: Arc<TempDir>,
}

impl Beginning for Site {
    async fn of(plan: Plan) -> Self {
        let target = Target::parse(&plan.settings.database_url).unwrap();
        db::migrate::run(&target).unwrap();
        let blobs = Blobs::in_folder(&plan.dir.path().join("blobs")).unwrap();
        Self { db: Db::open(&target, 4).unwrap(), blobs, state: plan.dir }
    }
}

impl Site {
    async fn publish(&self, course: &Course) -> Result<Published, PublishError> {
        content::publish(&self.db, &self.blobs, course.path(), None, None).await
    }

    async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut db::AnyConnection) -> QueryResult<T> + Send + 'static,
    ) -> T {
        self.db.read(move |connection| query(connection).map_err(db::Error::from)).await.unwrap()
    }

    async fn current(&self) -> Option<PublicationId> {
        self.read(|c| {
            courses::table
                .select(courses::current_publication_id.nullable())
                .first::<Option<PublicationId>>(c)
                .optional()
        })
        .await
        .flatten()
    }

    async fn chapters(&self) -> Vec<(ChapterId, String)> {
        self.read(|c| chapters::table.select((chapters::id, chapters::key)).order(chapters::id).load(c)).await
    }

    async fn notebook(&self, publication: PublicationId) -> NotebookEntry {
        let Json(entry) = self
            .read(move |c| {
                chapter_versions::table
                    .filter(chapter_versions::publication_id.eq(publication))
                    .filter(chapter_versions::notebook.is_not_null())
                    .select(chapter_versions::notebook.assume_not_null())
                    .first::<Json<NotebookEntry>>(c)
            })
            .await;
        entry
    }

    /// All that is stored of a publication, as text.
    async fn shown(&self, publication: PublicationId) -> String {
        let mut shown = String::new();
        let outline = self.read(move |c| {
            chapter_versions::table
                .filter(chapter_versions::publication_id.eq(publication))
                .order(chapter_versions::position)
                .select((
                    chapter_versions::id,
                    chapter_versions::number,
                    chapter_versions::kind,
                    chapter_versions::title,
                    chapter_versions::available,
                    chapter_versions::completion,
                ))
                .load::<(i64, String, String, Json<serde_json::Value>, bool, Json<serde_json::Value>)>(c)
        });
        for (id, number, kind, Json(title), available, Json(rule)) in outline.await {
            writeln!(shown, "{number} {kind} {title} available={available} {rule}").unwrap();
            let texts = self.read(move |c| {
                chapter_texts::table
                    .filter(chapter_texts::chapter_version_id.eq(id))
                    .order(chapter_texts::locale)
                    .select((chapter_texts::locale, chapter_texts::html, chapter_texts::headings))
                    .load::<(String, String, Json<serde_json::Value>)>(c)
            });
            for (locale, html, Json(headings)) in texts.await {
                writeln!(shown, "  {locale} {headings}\n{html}").unwrap();
            }
        }
        let files = self.read(move |c| {
            publication_files::table
                .filter(publication_files::publication_id.eq(publication))
                .order(publication_files::path)
                .select((
                    publication_files::path,
                    publication_files::kind,
                    publication_files::size,
                    publication_files::chapter_id,
                ))
                .load::<(String, String, i64, Option<i64>)>(c)
        });
        for (path, kind, size, chapter) in files.await {
            writeln!(shown, "{kind} {path} {size} {chapter:?}").unwrap();
        }
        shown
    }

    async fn files(&self, publication: PublicationId) -> Vec<(String, BlobId)> {
        let rows = self.read(move |c| {
            publication_files::table
                .filter(publication_files::publication_id.eq(publication))
                .select((publication_files::path, publication_files::sha256))
                .load::<(String, String)>(c)
        });
        rows.await.into_iter().map(|(path, sha)| (path, sha.parse().unwrap())).collect()
    }
}

#[apply(story)]
async fn a_course_is_published_whole(site: Site) {
    let published = site.publish(&Course::good()).await.unwrap();
    assert_eq!((published.number, published.chapters, published.new), (1, 3, true));
    assert_eq!(site.current().await, Some(published.publication));
    insta::assert_snapshot!("published", site.shown(published.publication).await);
    let files = site.files(published.publication).await;
    assert_eq!(files.len(), 3);
    for (path, blob) in files {
        assert!(!site.blobs.get(&blob).await.unwrap().is_empty(), "{path}");
    }
    let entry = site.notebook(published.publication).await;
    let handout = String::from_utf8(site.blobs.get(&entry.handout_sha256).await.unwrap()).unwrap();
    assert!(handout.contains("\"execution_count\": null") && !handout.contains("\"execution_count\": 3"));
    assert_eq!(entry.path, "tiny/02-run.ipynb");
    assert_eq!(entry.cells.iter().map(|cell| cell.index).collect::<Vec<_>>(), [0, 1, 2]);
}

#[apply(story)]
async fn publishing_the_same_again_makes_nothing_new(site: Site) {
    let course = Course::good();
    let first = site.publish(&course).await.unwrap();
    // Touched, moved or with files that are not the course's, it is still the same.
    course.write("README.md", "Notes for authors");
    let again = site.publish(&course).await.unwrap();
    assert_eq!((again.publication, again.number, again.new), (first.publication, 1, false));
    course.edit("chapters/01-read/text.en.md", "Go on", "Move on");
    let changed = site.publish(&course).await.unwrap();
    assert_eq!((changed.number, changed.new), (2, true));
    assert_eq!(site.read(|c| publications::table.count().get_result::<i64>(c)).await, 2);
}

#[apply(story)]
async fn a_chapter_keeps_its_id_when_it_is_retitled_moved_or_renamed(site: Site) {
    let course = Course::good();
    site.publish(&course).await.unwrap();
    let before = site.chapters().await;
    let id_of = |list: &[(ChapterId, String)], key: &str| list.iter().find(|(_, k)| k == key).map(|(id, _)| *id);

    course.edit("course.yaml", "en: Read}", "en: Read this first}");
    let moved = "      - key: 02-run\n        kind: coding\n        title: {ja: 動かす, en: Run}\n        minutes: 10\n        \
                 completion: {read: true, cells: 80%, self_mark: false}\n";
    course.edit("course.yaml", moved, "");
    course.edit("course.yaml", "      - key: 03-quiz", &format!("{moved}      - key: 03-quiz"));
    site.publish(&course).await.unwrap();
    assert_eq!(site.chapters().await, before);

    course.rename("chapters/02-run", "chapters/05-go").edit(
        "course.yaml",
        "- key: 02-run",
        "- key: 05-go\n        was: 02-run",
    );
    for language in ["ja", "en"] {
        course.edit(&format!("chapters/01-read/text.{language}.md"), "chapter:02-run", "chapter:05-go");
    }
    let renamed = site.publish(&course).await.unwrap();
    let after = site.chapters().await;
    assert_eq!(after.len(), 3);
    assert_eq!(id_of(&after, "05-go"), id_of(&before, "02-run"));
    assert!(site.shown(renamed.publication).await.contains("tiny/05-go.ipynb"));

    // Once done, `was` may stay or go.
    course.edit("chapters/01-read/text.en.md", "Go on", "Move on");
    site.publish(&course).await.unwrap();
    course.edit("course.yaml", "        was: 02-run\n", "");
    site.publish(&course).await.unwrap();
    assert_eq!(site.chapters().await, after);
}

#[apply(story)]
async fn a_rename_onto_another_chapter_is_refused(site: Site) {
    let course = Course::good();
    site.publish(&course).await.unwrap();
    // The quiz is dropped, then its key is given to another chapter that says it was someone else.
    let with_quiz = std::fs::read_to_string(course.path().join("course.yaml")).unwrap();
    course.write("course.yaml", &with_quiz.replace("03-quiz", "04-quiz"));
    site.publish(&course).await.unwrap();
    course.write("course.yaml", &with_quiz.replace("- key: 03-quiz", "- key: 03-quiz\n        was: 04-quiz"));
    let before = site.current().await;
    let error = site.publish(&course).await.unwrap_err();
    assert!(matches!(error, PublishError::BothKeysKnown { .. }), "{error}");
    assert_eq!(site.current().await, before);
}

#[apply(story)]
async fn a_cell_without_an_id_keeps_the_one_it_was_given(site: Site) {
    let course = Course::good();
    let first = site.publish(&course).await.unwrap().publication;
    let given = site.notebook(first).await.cells[2].id.clone();
    assert!(given.starts_with("c-"));
    course.edit(
        "chapters/02-run/notebook.ipynb",
        "print(x, 'a cell without an id')",
        "print(x, 'a cell without an id', 2)",
    );
    let second = site.publish(&course).await.unwrap().publication;
    let cells = (site.notebook(first).await.cells, site.notebook(second).await.cells);
    assert_eq!(cells.1[2].id, given);
    assert_ne!(cells.0[2].source_sha256, cells.1[2].source_sha256);
}

#[apply(story)]
async fn a_bad_course_changes_nothing(site: Site) {
    let course = Course::good();
    let published = site.publish(&course).await.unwrap();
    let shown = site.shown(published.publication).await;
    course.edit("chapters/01-read/text.en.md", "Go on", "Move on").remove("chapters/02-run/notebook.ipynb");
    let error = site.publish(&course).await.unwrap_err();
    let PublishError::Invalid(report) = error else { panic!("{error}") };
    assert!(report.to_string().contains("course.yaml:14:14: error[missing_file]"), "{report}");
    assert_eq!(site.current().await, Some(published.publication));
    assert_eq!(site.shown(published.publication).await, shown);
}

#[apply(story)]
async fn a_publication_that_fails_half_way_leaves_the_one_before(site: Site) {
    let course = Course::good();
    // Nobody has this id, which only the database notices, in the middle of writing.
    let nobody = Some(UserId(4_711));
    let failed = content::publish(&site.db, &site.blobs, course.path(), None, nobody).await;
    assert!(matches!(failed, Err(PublishError::Database(_))));
    assert_eq!((site.current().await, site.chapters().await.len()), (None, 0));

    let published = site.publish(&course).await.unwrap();
    course.edit("course.yaml", "- key: 03-quiz", "- key: 06-quiz\n        was: 03-quiz");
    let chapters = site.chapters().await;
    content::publish(&site.db, &site.blobs, course.path(), None, nobody).await.unwrap_err();
    assert_eq!((site.current().await, site.chapters().await), (Some(published.publication), chapters));
    assert_eq!(site.publish(&course).await.unwrap().number, 2);
}

#[apply(story)]
async fn publishing_that_is_broken_off_publishes_all_or_nothing(site: Site) {
    let course = Course::good();
    for round in 0..12_u32 {
        course.write("data/rent.csv", &format!("area,rent\n{round},1\n"));
        let _ = tokio::time::timeout(Duration::from_millis(u64::from(round) * 3), site.publish(&course)).await;
        if let Some(current) = site.current().await {
            let shown = site.shown(current).await;
            assert_eq!((shown.matches("available=").count(), shown.matches("data tiny/").count()), (3, 1), "{shown}");
            for (path, blob) in site.files(current).await {
                assert!(site.blobs.get(&blob).await.is_ok(), "{path}");
            }
        }
    }
}

#[apply(story)]
async fn of_two_who_publish_at_once_one_is_told(site: Site) {
    let (one, other) = (Course::good(), Course::good());
    one.write("data/rent.csv", "one");
    other.write("data/rent.csv", "other");
    let results = tokio::join!(site.publish(&one), site.publish(&other));
    let results = [results.0, results.1];
    let published = results.iter().filter(|result| result.is_ok()).count();
    assert!(published >= 1, "{results:?}");
    for failed in results.iter().filter_map(|result| result.as_ref().err()) {
        assert!(matches!(failed, PublishError::Overtaken), "{failed}");
    }
    let stored = site.read(|c| publications::table.count().get_result::<i64>(c)).await;
    assert_eq!(usize::try_from(stored).unwrap(), published);
}

#[apply(story)]
async fn an_earlier_publication_can_be_shown_again(site: Site) {
    let course = Course::good();
    let first = site.publish(&course).await.unwrap();
    course.edit("chapters/01-read/text.en.md", "Go on", "Move on");
    site.publish(&course).await.unwrap();
    assert_eq!(content::roll_back(&site.db, "tiny", 1).await.unwrap(), first.publication);
    assert_eq!(site.current().await, Some(first.publication));
    let error = content::roll_back(&site.db, "tiny", 9).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no publication 9 of the course `tiny`");
    // Publishing goes on from the highest number.
    assert_eq!(site.publish(&course).await.unwrap().number, 3);
}

#[apply(story)]
async fn the_commit_is_kept_when_the_folder_is_what_was_committed(site: Site) {
    let course = Course::good();
    let source = |publication: PublicationId| {
        site.read(move |c| {
            publications::table
                .filter(publications::id.eq(publication))
                .select(publications::source)
                .first::<Option<String>>(c)
        })
    };
    let plain = site.publish(&course).await.unwrap().publication;
    let plain: Source = source(plain).await.unwrap().parse().unwrap();
    assert_eq!((plain.commit.clone(), plain.tree.len()), (None, 64));

    if git(course.path(), &["init", "-q"]).is_none() {
        return; // Without git there are no commits to know.
    }
    course.edit("chapters/01-read/text.en.md", "Go on", "Move on");
    git(course.path(), &["add", "-A"]);
    git(course.path(), &["-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-qm", "x"]).unwrap();
    let commit = git(course.path(), &["rev-parse", "HEAD"]).unwrap();
    let committed = site.publish(&course).await.unwrap().publication;
    let committed: Source = source(committed).await.unwrap().parse().unwrap();
    assert_eq!(committed.commit.as_deref(), Some(commit.trim()));

    // A folder that somebody sent may name programs for git to run; none is.
    let ran = course.path().with_extension("ran");
    let program = format!("touch {}; cat", ran.display());
    for name in ["filter.evil.clean", "filter.evil.process", "diff.external", "core.fsmonitor", "core.sshCommand"] {
        git(course.path(), &["config", name, &program]).unwrap();
    }
    std::fs::write(course.path().join(".git/info/attributes"), "* filter=evil diff=evil\n").unwrap();
    let touched = std::fs::File::options().append(true).open(course.path().join("course.yaml")).unwrap();
    touched.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    course.edit("chapters/01-read/text.en.md", "Move on", "Go on");
    let changed = site.publish(&course).await.unwrap().publication;
    let changed: Source = source(changed).await.unwrap().parse().unwrap();
    assert_eq!((changed.commit, ran.exists()), (None, false));
    course.edit("chapters/01-read/text.en.md", "Go on", "Move on");

    course.write("data/rent.csv", "changed since");
    let changed = site.publish(&course).await.unwrap().publication;
    let changed: Source = source(changed).await.unwrap().parse().unwrap();
    assert_eq!(changed.commit, None);

    // The same as a part of a larger repository.
    let whole = tempfile::tempdir().unwrap();
    let part = whole.path().join("courses/tiny");
    std::fs::create_dir_all(part.parent().unwrap()).unwrap();
    std::fs::remove_dir_all(course.path().join(".git")).unwrap();
    std::fs::rename(course.path(), &part).unwrap();
    std::fs::write(part.join("data/more.csv"), "x,y\n").unwrap();
    git(whole.path(), &["init", "-q"]).unwrap();
    git(whole.path(), &["add", "-A"]);
    git(whole.path(), &["-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-qm", "x"]).unwrap();
    let commit = git(whole.path(), &["rev-parse", "HEAD"]).unwrap();
    let published = content::publish(&site.db, &site.blobs, &part, None, None).await.unwrap();
    let published: Source = source(published.publication).await.unwrap().parse().unwrap();
    assert_eq!(published.commit.as_deref(), Some(commit.trim()));
}

fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = std::process::Command::new("git").arg("-C").arg(folder).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

#[apply(story)]
async fn files_that_were_lost_or_damaged_come_back_with_the_next_publishing(site: Site) {
    let course = Course::good();
    site.publish(&course).await.unwrap();
    let data = std::fs::read(course.path().join("data/rent.csv")).unwrap();
    let id = BlobId::of(&data).to_string();
    let file = site.state.path().join("blobs").join(&id[..2]).join(&id[2..4]).join(&id);
    for harm in [None, Some(vec![b'x'; data.len()])] {
        match harm {
            Some(bytes) => std::fs::write(&file, bytes).unwrap(),
            None => std::fs::remove_file(&file).unwrap(),
        }
        assert!(!site.publish(&course).await.unwrap().new);
        assert_eq!(std::fs::read(&file).unwrap(), data);
    }
}

#[apply(story)]
async fn the_command_line_says_what_happened(site: Site) {
    let course = Course::good();
    let check = || content::cli::check(course.path());
    let publish = async || content::cli::publish(&site.db, &site.blobs, course.path(), None).await.unwrap();
    let mut verdicts = vec![check(), publish().await, publish().await];
    course.remove("chapters/01-read/text.en.md");
    verdicts.extend([check(), publish().await]);
    assert_eq!(verdicts.iter().map(|verdict| verdict.fine).collect::<Vec<_>>(), [true, true, true, false, false]);
    let said: Vec<String> = verdicts.into_iter().map(|verdict| verdict.text).collect();
    insta::assert_snapshot!("said", said.join("\n"));
}

#[apply(story)]
async fn the_command_line_shows_what_was_published_and_goes_back(site: Site) {
    let course = Course::good();
    site.publish(&course).await.unwrap();
    course.edit("chapters/01-read/text.en.md", "Go on", "Move on");
    site.publish(&course).await.unwrap();
    let history = async || {
        let said = content::cli::history(&site.db, "tiny").await.unwrap();
        let columns = |line: &str| line.split('\t').map(str::to_owned).collect::<Vec<_>>();
        said.lines().map(columns).map(|line| (line[0].clone(), line[4].clone())).collect::<Vec<_>>()
    };
    let line = |number: &str, current: &str| (number.to_owned(), current.to_owned());
    assert_eq!(history().await, [line("2", "current"), line("1", "")]);
    let went_back = content::cli::roll_back(&site.db, "tiny", 1).await.unwrap();
    assert_eq!(went_back, "readers see number 1 of tiny");
    assert_eq!(history().await, [line("2", ""), line("1", "current")]);
    let unknown = content::cli::roll_back(&site.db, "tiny", 9).await.unwrap_err();
    assert_eq!(unknown.to_string(), "there is no publication 9 of the course `tiny`");
    let unknown = content::cli::history(&site.db, "none").await.unwrap_err();
    assert_eq!(unknown.to_string(), "there is no course `none`, or it was never published");
}
