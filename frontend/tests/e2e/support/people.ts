import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page } from '@playwright/test'
import { type Place, tenarai } from './site'

export interface Person { email: string, password: string, name: string }
/** Somebody of their own for one story: nobody else's work is in the way. */
export interface Trainee extends Person { id: number, hubUser: string, home: string }

const COURSE = 'ml-first-steps'

/** Adds a trainee of 青空商事 as an operator would, enrolled in the sample course. */
export async function addTrainee(place: Place, name: string, locale: 'ja' | 'en' = 'ja'): Promise<Trainee> {
  const email = `${randomUUID().slice(0, 8)}@aozora.example`
  const password = randomUUID()
  const said = await tenarai(place, ['user', 'add', email, '--organisation', 'aozora', '--name', name, '--locale', locale, '--stdin'], password)
  const id = Number(/as user (\d+)/.exec(said)?.[1])
  await tenarai(place, ['enrol', email, COURSE])
  return { email, password, name, id, hubUser: `u${id}`, home: join(place.folder, 'learners', `u${id}`) }
}

/** Adds somebody who leads the tutors of the sample course: the stories' trainees are in no cohort. */
export async function addTutor(place: Place, name: string): Promise<Person> {
  const email = `${randomUUID().slice(0, 8)}@aozora.example`
  const password = randomUUID()
  await tenarai(place, ['user', 'add', email, '--organisation', 'aozora', '--name', name, '--locale', 'ja', '--role', 'tutor', '--scope', 'course:1', '--stdin'], password)
  return { email, password, name }
}

export async function demoAccount(place: Place, email: string): Promise<Person> {
  const accounts = JSON.parse(await readFile(join(place.folder, 'data/demo-accounts.json'), 'utf8')) as Omit<Person, 'name'>[]
  const account = accounts.find(it => it.email === email)
  if (!account) throw new Error(`no demo account ${email}`)
  return { ...account, name: email }
}

/** Fills in the form that is there, whichever of the two languages it speaks. */
export async function fillSignIn(page: Page, person: Person) {
  await page.getByLabel(/メールアドレス|E-?mail/i).fill(person.email)
  await page.getByLabel(/^(パスワード|Password)$/).fill(person.password)
  await page.getByRole('button', { name: /サインインする|Sign in/ }).click()
}

export async function signIn(page: Page, person: Person, path = '/') {
  await page.goto(path)
  await fillSignIn(page, person)
  await expect(page.getByRole('button', { name: /アカウントのメニュー|Account menu/ })).toBeVisible()
}

export async function signOut(page: Page) {
  await page.getByRole('button', { name: 'アカウントのメニュー' }).click()
  await page.getByRole('menuitem', { name: 'サインアウトする' }).click()
  await expect(page.getByRole('heading', { name: 'サインイン' })).toBeVisible()
}
