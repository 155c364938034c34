//! Stories of publishing: what an author gets to see, and what trainees do.

mod bad_courses;
mod course;
mod publishing;
mod sample_course;
