// Cookies know no ports: a notebook's output plants some of the site's names for the site's host.
import { runInOutput } from './support/attack'
import { Notebook } from './support/notebook'
import { signIn } from './support/people'
import { tenarai } from './support/site'
import { expect, test } from './support/test'

test('cookies that a notebook plants make nobody somebody else and lock nobody out', async ({ page, context, visit, newTrainee, site, watch }) => {
  watch.expect(/status of 401/)
  const [victim, attacker] = [await newTrainee('石川 美咲'), await newTrainee('田中 一郎')]
  const theirs = await visit()
  await signIn(theirs, attacker, '/chapters/2/coding')
  await new Notebook(theirs).ready()
  const loot = (await theirs.context().cookies()).filter(({ name }) => name.startsWith('tenarai_')).map(({ name, value }) => ({ name, value }))
  expect(loot.map(({ name }) => name).sort()).toEqual(['tenarai_hub', 'tenarai_refresh', 'tenarai_session'])

  await signIn(page, victim, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  const planted = () => context.cookies().then(all => all.filter(({ name, httpOnly }) => name.startsWith('tenarai_') && !httpOnly).length)
  const plant = () => runInOutput(notebook, 3, async ({ loot }) => {
    for (const { name, value } of loot) {
      for (const path of ['/', '/api/v1', '/api/v1/session', '/jupyterhub', '/jupyterhub/hub/', '/jupyterhub/hub/lms-login']) {
        document.cookie = `${name}=${value}; path=${path}; max-age=600`
        // Without a name, and sent as if it had that one; the last stands for all.
        document.cookie = `=${name}=${value}; path=${path}; max-age=600`
      }
    }
    return 'planted'
  }, { loot })
  await plant()
  expect(await planted()).toBeGreaterThan(12)

  await page.reload()
  await expect(page.getByRole('button', { name: 'アカウントのメニュー' })).toHaveText('石')
  await notebook.ready()
  expect((await notebook.document()).url()).toContain(`/user/${victim.hubUser}/`)
  // A page without a note of who was here is not misled, either.
  await plant()
  expect(await planted()).toBeGreaterThan(12)
  await page.evaluate(() => localStorage.clear())
  await page.goto('/')
  await expect(page.getByRole('button', { name: 'アカウントのメニュー' })).toHaveText('石')

  // Where the session is over, what is left is not taken for somebody: one signs in.
  await page.goto('/chapters/2/coding')
  await notebook.ready()
  await plant()
  await tenarai(site, ['user', 'password', victim.email, '--stdin'], 'another-fine-password')
  await page.goto('/account')
  await expect(page.getByRole('heading', { name: 'サインイン' })).toBeVisible()
})
