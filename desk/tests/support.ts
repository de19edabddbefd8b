import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { Town } from "./town";

/** Where the service listens; `cargo test` starts one, by a manual clock, and says so. */
export const SERVICE = wanted("DESK_SERVER");
const CHROMIUM = process.env["GRATITUDE_TEST_CHROMIUM"] ?? "/usr/bin/chromium";

export const PHONE = { width: 390, height: 844 };
export const SCREEN = { width: 1920, height: 1080 };

function wanted(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} must say where a service listens, such as http://127.0.0.1:50051`);
  return value;
}

export function town(token?: string): Town {
  return new Town(SERVICE, token);
}

export async function browser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    // As root there is no sandbox; the rest keeps the browser from asking the world.
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--lang=en"],
  });
}

/** A page by the service's clock, that fails the test for anything it did wrong. */
export async function openDesk(browser: Browser, options: BrowserContextOptions & { path?: string; now?: number } = {}) {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "Europe/London", viewport: SCREEN, ...options });
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("net::ERR_INTERNET_DISCONNECTED")) wrong.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(SERVICE)) wrong.push(`asked elsewhere: ${request.url()}`);
  });
  await page.clock.install({ time: options.now ?? (await town().now()) });
  await page.goto(`${SERVICE}/desk${options.path ?? ""}`);
  return { context, page, wrong };
}

/** Types as a person does. */
export async function search(page: Page, typed: string): Promise<void> {
  await page.getByRole("searchbox").pressSequentially(typed, { delay: 15 });
  await page.clock.runFor(200);
}

/** From here on the page's time passes only where a test says so: however slow the machine is, a second is a second. */
export async function stopClock(page: Page): Promise<void> {
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1_000));
}

/** Where things are on the page, as a person would say it. */
export const card = (page: Page) => page.getByRole("article");
export const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });
export const field = (page: Page, name: RegExp) => page.getByLabel(name);
export const result = (page: Page, name: string | RegExp) => page.getByRole("list", { name: "Who it may be" }).getByRole("button", { name });
export const inHouse = (page: Page, name: string | RegExp) => page.getByRole("region", { name: "Here now" }).getByRole("button", { name });

/**
 * Holds a call of a method up until the test lets it go on: its answer, so that the service has done what it was asked; or
 * what is asked, so that it knows nothing of it yet.
 */
export async function held(page: Page, method: string, what: "answer" | "question" = "answer") {
  let comes = () => {};
  const isLetGo = new Promise<void>((resolve) => (comes = resolve));
  let reached = () => {};
  const isReached = new Promise<void>((resolve) => (reached = resolve));
  await page.route(`**/${method}`, async (route) => {
    const response = what === "answer" ? await route.fetch() : undefined;
    reached();
    await isLetGo;
    await (response ? route.fulfill({ response }) : route.continue());
  });
  return { isThere: () => isReached, comes };
}
