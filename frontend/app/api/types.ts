// Names for what the API answers, all taken from the generated document: a change there shows here.
import type { paths } from './schema'

type Json<T> = T extends { content: { 'application/json': infer Body } } ? Body : never
type Answer<Op> = Op extends { responses: { 200: infer Ok } } ? Json<Ok> : never
type Get<P extends keyof paths> = paths[P] extends { get: infer Op } ? Answer<Op> : never
type Sent<Op> = Op extends { requestBody: infer Body } ? Json<Body> : never

export type Site = Get<'/api/v1/site'>
export type Me = Get<'/api/v1/session'>
export type Role = Me['roles'][number]['role']
export type SessionRow = Get<'/api/v1/sessions'>['items'][number]

type Home = Get<'/api/v1/home'>
export type CarryOn = NonNullable<Home['carry_on']>
export type OpenHandIn = Home['hand_ins'][number]
export type CourseCard = Home['courses'][number]
export type ReadableCourse = Get<'/api/v1/readable-courses'>['items'][number]
export type Course = Get<'/api/v1/courses/{slug}'>
type Section = Course['sections'][number]
export type ChapterRow = Section['chapters'][number]

export type Chapter = Get<'/api/v1/chapters/{chapter}'>
export type ChapterKind = Chapter['kind']
/** Null for who reads without taking the course (a tutor, an author). */
export type ChapterProgress = NonNullable<Chapter['progress']>
export type ChapterState = ChapterProgress['state']
export type Reason = ChapterProgress['reasons'][number]
export type CellProgress = ChapterProgress['cells'][number]
export type CourseProgress = NonNullable<Course['progress']>

export type AssignmentOverview = Get<'/api/v1/chapters/{chapter}/submissions'>
export type CheckRun = NonNullable<AssignmentOverview['trial']>
export type Submission = Get<'/api/v1/submissions/{submission}'>

export type DeskSummary = Get<'/api/v1/desk/summary'>
export type QueueItem = Get<'/api/v1/desk/queue'>['items'][number]
export type Decided = Get<'/api/v1/desk/decisions'>['items'][number]
export type Work = Get<'/api/v1/desk/submissions/{submission}'>
export type WorkCells = Get<'/api/v1/desk/submissions/{submission}/cells'>
export type Criterion = Work['rubric'][number]
export type Decision = Work['decisions'][number]
export type Verdict = Decision['verdict']
export type Feedback = Decision['feedback']
export type FeedbackComment = Feedback['comments'][number]
export type Snippet = Get<'/api/v1/desk/snippets'>['items'][number]
export type Moderation = Get<'/api/v1/desk/moderation'>['items'][number]
export type Opinion = Answer<paths['/api/v1/desk/moderation/{decision}']['post']>
export type DeskFigures = Get<'/api/v1/desk/figures'>

export type QuizOverview = Get<'/api/v1/chapters/{chapter}/quiz'>
export type QuizAttempt = Get<'/api/v1/quiz-attempts/{attempt}'>
export type QuizQuestion = QuizAttempt['questions'][number]
export type QuizAnswer = NonNullable<QuizQuestion['answer']>

export type Returned = Get<'/api/v1/submissions/{submission}/feedback'>
export type HandedInCell = Get<'/api/v1/submissions/{submission}/cells'>['items'][number]
export type Opening = Returned['opened_by'][number]

export type ServerStatus = Get<'/api/v1/notebook-server'>
export type StudyEvent = Sent<paths['/api/v1/study/events']['post']>['events'][number]
export type EventResults = Answer<paths['/api/v1/study/events']['post']>

export type Member = Get<'/api/v1/organisations/{organisation}/members'>['items'][number]
export type AuthorCourse = Get<'/api/v1/author/courses'>['items'][number]
export type Cohort = Get<'/api/v1/tutor/cohorts'>['items'][number]
export type Health = Get<'/api/v1/operator/health'>

export type Notification = Get<'/api/v1/notifications'>['items'][number]
/** What the stream of events tells. */
export type NotificationState = paths['/api/v1/notifications/events']['get']['responses'][200]['content']['text/event-stream']
