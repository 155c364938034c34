//! Every table as diesel sees it; the same for both databases. Kept by hand beside `migrations/`:
//! a test compares it with what the migrations make.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    organisations (id) {
        id -> BigInt,
        slug -> Text,
        name -> Text,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    departments (id) {
        id -> BigInt,
        organisation_id -> BigInt,
        parent_id -> Nullable<BigInt>,
        name -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    users (id) {
        id -> BigInt,
        organisation_id -> BigInt,
        department_id -> Nullable<BigInt>,
        email -> Text,
        email_key -> Text,
        display_name -> Text,
        password_hash -> Nullable<Text>,
        locale -> Text,
        created_at -> Moment,
        last_seen_at -> Nullable<Moment>,
        disabled_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    role_grants (id) {
        id -> BigInt,
        user_id -> BigInt,
        role -> Text,
        scope_kind -> Text,
        scope_id -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    sessions (id) {
        id -> Guid,
        user_id -> BigInt,
        user_agent -> Text,
        address -> Text,
        refresh_hash -> Binary,
        previous_refresh_hash -> Nullable<Binary>,
        rotated_at -> Moment,
        created_at -> Moment,
        last_seen_at -> Moment,
        expires_at -> Moment,
        ended_at -> Nullable<Moment>,
        end_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    signing_keys (kid) {
        kid -> Text,
        private_der -> Binary,
        public_x -> Binary,
        created_at -> Moment,
        signs_from -> Moment,
        retires_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    courses (id) {
        id -> BigInt,
        slug -> Text,
        current_publication_id -> Nullable<BigInt>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    publications (id) {
        id -> BigInt,
        course_id -> BigInt,
        number -> BigInt,
        source -> Nullable<Text>,
        published_by -> Nullable<BigInt>,
        published_at -> Moment,
        title -> Document,
        summary -> Document,
        locales -> Document,
        completion -> Document,
        profile -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    chapters (id) {
        id -> BigInt,
        course_id -> BigInt,
        key -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    sections (id) {
        id -> BigInt,
        publication_id -> BigInt,
        position -> BigInt,
        title -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    chapter_versions (id) {
        id -> BigInt,
        publication_id -> BigInt,
        chapter_id -> BigInt,
        section_id -> BigInt,
        position -> BigInt,
        number -> Text,
        kind -> Text,
        title -> Document,
        minutes -> BigInt,
        available -> Bool,
        completion -> Document,
        notebook -> Nullable<Document>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    chapter_texts (chapter_version_id, locale) {
        chapter_version_id -> BigInt,
        locale -> Text,
        html -> Text,
        headings -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    publication_files (publication_id, path) {
        publication_id -> BigInt,
        path -> Text,
        sha256 -> Text,
        size -> BigInt,
        kind -> Text,
        chapter_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    licences (id) {
        id -> BigInt,
        organisation_id -> BigInt,
        course_id -> BigInt,
        seats -> Nullable<BigInt>,
        starts_at -> Moment,
        ends_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    cohorts (id) {
        id -> BigInt,
        organisation_id -> BigInt,
        course_id -> BigInt,
        name -> Text,
        starts_at -> Moment,
        due_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    enrolments (user_id, course_id) {
        user_id -> BigInt,
        course_id -> BigInt,
        cohort_id -> Nullable<BigInt>,
        created_at -> Moment,
        ended_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    chapter_progress (user_id, chapter_id) {
        user_id -> BigInt,
        chapter_id -> BigInt,
        course_id -> BigInt,
        publication_id -> BigInt,
        opened_at -> Nullable<Moment>,
        read_at -> Nullable<Moment>,
        completed_at -> Nullable<Moment>,
        completed_by -> Nullable<Text>,
        percent -> BigInt,
        scroll -> Nullable<Double>,
        anchor -> Nullable<Text>,
        cell_id -> Nullable<Text>,
        position_at -> Nullable<Moment>,
        updated_at -> Moment,
        passed_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    quizzes (chapter_version_id) {
        chapter_version_id -> BigInt,
        quiz -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    quiz_attempts (id) {
        id -> BigInt,
        user_id -> BigInt,
        chapter_id -> BigInt,
        chapter_version_id -> BigInt,
        number -> BigInt,
        seed -> BigInt,
        started_at -> Moment,
        due_at -> Nullable<Moment>,
        submitted_at -> Nullable<Moment>,
        submitted_by -> Nullable<Text>,
        points -> Nullable<Double>,
        percent -> Nullable<BigInt>,
        passed -> Nullable<Bool>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    quiz_answers (attempt_id, question) {
        attempt_id -> BigInt,
        question -> Text,
        answer -> Document,
        answered_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    assignments (chapter_version_id) {
        chapter_version_id -> BigInt,
        assignment -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    submissions (id) {
        id -> BigInt,
        user_id -> BigInt,
        chapter_id -> BigInt,
        chapter_version_id -> BigInt,
        cohort_id -> Nullable<BigInt>,
        number -> BigInt,
        notebook_sha256 -> Text,
        size -> BigInt,
        handout_sha256 -> Text,
        submitted_at -> Moment,
        due_at -> Nullable<Moment>,
        state -> Text,
        changed_at -> Moment,
        queued_at -> Moment,
        holder_id -> Nullable<BigInt>,
        held_until -> Nullable<Moment>,
        sends_at -> Nullable<Moment>,
        graded_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    check_runs (id) {
        id -> BigInt,
        user_id -> BigInt,
        chapter_id -> BigInt,
        chapter_version_id -> BigInt,
        submission_id -> Nullable<BigInt>,
        notebook_sha256 -> Text,
        handout_sha256 -> Text,
        state -> Text,
        tries -> BigInt,
        queued_at -> Moment,
        lease_until -> Nullable<Moment>,
        finished_at -> Nullable<Moment>,
        result -> Nullable<Document>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    notifications (id) {
        id -> BigInt,
        user_id -> BigInt,
        kind -> Text,
        subject -> Document,
        created_at -> Moment,
        seen_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    outbox (id) {
        id -> BigInt,
        key -> Text,
        user_id -> BigInt,
        kind -> Text,
        body -> Document,
        created_at -> Moment,
        not_before -> Moment,
        tries -> BigInt,
        lease_until -> Nullable<Moment>,
        sent_at -> Nullable<Moment>,
        failed_at -> Nullable<Moment>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    mail_refusals (user_id, kind) {
        user_id -> BigInt,
        kind -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    cell_progress (user_id, chapter_id, cell_id) {
        user_id -> BigInt,
        chapter_id -> BigInt,
        cell_id -> Text,
        runs -> BigInt,
        errors -> BigInt,
        first_success_at -> Nullable<Moment>,
        last_success -> Bool,
        last_error -> Nullable<Text>,
        last_duration_ms -> BigInt,
        last_run_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    course_progress (user_id, course_id) {
        user_id -> BigInt,
        course_id -> BigInt,
        completed_chapters -> BigInt,
        completed_at -> Nullable<Moment>,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    cell_events (user_id, id) {
        id -> Guid,
        user_id -> BigInt,
        chapter_id -> BigInt,
        publication_id -> BigInt,
        cell_id -> Text,
        cell_index -> BigInt,
        execution_count -> Nullable<BigInt>,
        success -> Bool,
        error_name -> Nullable<Text>,
        duration_ms -> BigInt,
        source_sha256 -> Text,
        executed_at -> Moment,
        received_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    grading_drafts (submission_id, tutor_id) {
        submission_id -> BigInt,
        tutor_id -> BigInt,
        revision -> BigInt,
        feedback -> Document,
        saved_at -> Moment,
        decided_at -> Nullable<Moment>,
        points -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    decisions (id) {
        id -> BigInt,
        submission_id -> BigInt,
        number -> BigInt,
        chapter_id -> BigInt,
        cohort_id -> Nullable<BigInt>,
        tutor_id -> BigInt,
        verdict -> Text,
        points -> BigInt,
        feedback -> Document,
        queued_at -> Moment,
        decided_at -> Moment,
        sent_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    appeals (decision_id) {
        decision_id -> BigInt,
        submission_id -> BigInt,
        reason -> Text,
        made_at -> Moment,
        withdrawn_at -> Nullable<Moment>,
        answered_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    grading_events (id) {
        id -> BigInt,
        submission_id -> BigInt,
        user_id -> BigInt,
        kind -> Text,
        reason -> Nullable<Text>,
        at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    openings (submission_id, user_id, kind) {
        submission_id -> BigInt,
        user_id -> BigInt,
        kind -> Text,
        reason -> Nullable<Text>,
        first_at -> Moment,
        last_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    snippets (id) {
        id -> BigInt,
        tutor_id -> BigInt,
        text -> Text,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::*;

    moderations (decision_id) {
        decision_id -> BigInt,
        picked_at -> Moment,
        moderator_id -> Nullable<BigInt>,
        verdict -> Nullable<Text>,
        points -> Nullable<BigInt>,
        note -> Nullable<Text>,
        at -> Nullable<Moment>,
    }
}

diesel::joinable!(departments -> organisations (organisation_id));
diesel::joinable!(users -> organisations (organisation_id));
diesel::joinable!(users -> departments (department_id));
diesel::joinable!(role_grants -> users (user_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(publications -> courses (course_id));
diesel::joinable!(publications -> users (published_by));
diesel::joinable!(chapters -> courses (course_id));
diesel::joinable!(sections -> publications (publication_id));
diesel::joinable!(chapter_versions -> publications (publication_id));
diesel::joinable!(chapter_versions -> chapters (chapter_id));
diesel::joinable!(chapter_versions -> sections (section_id));
diesel::joinable!(chapter_texts -> chapter_versions (chapter_version_id));
diesel::joinable!(publication_files -> publications (publication_id));
diesel::joinable!(publication_files -> chapters (chapter_id));
diesel::joinable!(licences -> organisations (organisation_id));
diesel::joinable!(licences -> courses (course_id));
diesel::joinable!(cohorts -> organisations (organisation_id));
diesel::joinable!(cohorts -> courses (course_id));
diesel::joinable!(enrolments -> users (user_id));
diesel::joinable!(enrolments -> courses (course_id));
diesel::joinable!(enrolments -> cohorts (cohort_id));
diesel::joinable!(chapter_progress -> users (user_id));
diesel::joinable!(chapter_progress -> chapters (chapter_id));
diesel::joinable!(chapter_progress -> courses (course_id));
diesel::joinable!(chapter_progress -> publications (publication_id));
diesel::joinable!(cell_progress -> users (user_id));
diesel::joinable!(cell_progress -> chapters (chapter_id));
diesel::joinable!(course_progress -> users (user_id));
diesel::joinable!(course_progress -> courses (course_id));
diesel::joinable!(cell_events -> users (user_id));
diesel::joinable!(cell_events -> chapters (chapter_id));
diesel::joinable!(cell_events -> publications (publication_id));
diesel::joinable!(quizzes -> chapter_versions (chapter_version_id));
diesel::joinable!(quiz_attempts -> users (user_id));
diesel::joinable!(quiz_attempts -> chapters (chapter_id));
diesel::joinable!(quiz_attempts -> chapter_versions (chapter_version_id));
diesel::joinable!(quiz_answers -> quiz_attempts (attempt_id));
diesel::joinable!(assignments -> chapter_versions (chapter_version_id));
diesel::joinable!(submissions -> users (user_id));
diesel::joinable!(submissions -> chapters (chapter_id));
diesel::joinable!(submissions -> chapter_versions (chapter_version_id));
diesel::joinable!(submissions -> cohorts (cohort_id));
diesel::joinable!(check_runs -> users (user_id));
diesel::joinable!(check_runs -> chapters (chapter_id));
diesel::joinable!(check_runs -> chapter_versions (chapter_version_id));
diesel::joinable!(check_runs -> submissions (submission_id));
diesel::joinable!(moderations -> decisions (decision_id));
diesel::joinable!(notifications -> users (user_id));
diesel::joinable!(outbox -> users (user_id));
diesel::joinable!(mail_refusals -> users (user_id));
diesel::allow_tables_to_appear_in_same_query!(
    organisations,
    departments,
    users,
    role_grants,
    sessions,
    signing_keys,
    courses,
    publications,
    chapters,
    sections,
    chapter_versions,
    chapter_texts,
    publication_files,
    licences,
    cohorts,
    enrolments,
    chapter_progress,
    cell_progress,
    course_progress,
    cell_events,
    quizzes,
    quiz_attempts,
    quiz_answers,
    assignments,
    submissions,
    check_runs,
    grading_drafts,
    decisions,
    appeals,
    grading_events,
    openings,
    snippets,
    moderations,
    notifications,
    outbox,
    mail_refusals,
);
