import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page, type Request, type Route } from "playwright-core";
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

/**
 * A page by the service's clock, that fails the test for anything it did wrong. Its time stands still: it passes only where
 * a test lets it (`pass`), so that nothing depends on how fast the machine is.
 */
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
  watchAsked(page);
  const now = options.now ?? (await town().now());
  await context.addInitScript(keepFrames);
  // It runs until it is stopped, and can't be stopped in its past.
  await page.clock.install({ time: now - 3_600_000 });
  await page.clock.pauseAt(now);
  await context.addInitScript(drawFrames);
  await page.goto(`${SERVICE}/desk${options.path ?? ""}`);
  return { context, page, wrong };
}

/** The next test begins without the pages of this one, however it ended. */
export async function closeDesks(browser: Browser): Promise<void> {
  await Promise.all(browser.contexts().map((context) => context.close()));
}

type Frames = Pick<typeof globalThis, "setTimeout" | "clearTimeout" | "requestAnimationFrame" | "cancelAnimationFrame">;

/** What the page draws with, before its clock is replaced. */
function keepFrames(): void {
  const frames: Frames = {
    setTimeout: setTimeout.bind(globalThis),
    clearTimeout: clearTimeout.bind(globalThis),
    requestAnimationFrame: requestAnimationFrame.bind(globalThis),
    cancelAnimationFrame: cancelAnimationFrame.bind(globalThis),
  };
  Object.assign(globalThis, { frames });
}

/** While the page's time stands still, it draws all the same, and does what it put off until it has. */
function drawFrames(): void {
  const DRAWING_MS = 50;
  const { setTimeout, clearTimeout, fetch } = globalThis;
  const { frames } = globalThis as unknown as { frames: Frames };
  const drawing = new Set<unknown>();
  globalThis.requestAnimationFrame = frames.requestAnimationFrame;
  globalThis.cancelAnimationFrame = frames.cancelAnimationFrame;
  globalThis.setTimeout = ((act: () => void, ms = 0, ...given: []) => {
    if (ms >= DRAWING_MS) return setTimeout(act, ms, ...given);
    const timer = frames.setTimeout(act, ms, ...given);
    drawing.add(timer);
    return timer;
  }) as typeof setTimeout;
  globalThis.clearTimeout = (timer) => (drawing.delete(timer) ? frames.clearTimeout(timer) : clearTimeout(timer));
  // A tap is of the moment that the page's clock shows, and the service does not lose patience by another one.
  Object.defineProperty(Event.prototype, "timeStamp", { get: () => performance.now(), configurable: true });
  globalThis.fetch = (what, how = {}) => {
    const headers = new Headers(how.headers);
    headers.delete("grpc-timeout");
    return fetch(what, { ...how, headers });
  };
}

/** What each page has asked and not been answered, but for what has no end. */
const asked = new WeakMap<Page, Set<Request>>();

function watchAsked(page: Page): void {
  const open = new Set<Request>();
  asked.set(page, open);
  page.on("request", (request) => request.url().endsWith("/WatchArrivals") || open.add(request));
  // What is none of the contract's calls may never be read to its end.
  page.on("response", (response) => response.headers()["content-type"]?.startsWith("application/grpc") || open.delete(response.request()));
  page.on("requestfinished", (request) => open.delete(request));
  page.on("requestfailed", (request) => open.delete(request));
}

/** Waits until the page has all its answers, but for those that are held up, and has drawn them. */
async function settled(page: Page): Promise<void> {
  const drawn = () => page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  const awaited = () => [...asked.get(page)!].filter((request) => !isHeld.has(request));
  const latest = performance.now() + PATIENCE_MS;
  do {
    await drawn();
    await drawn();
    if (performance.now() > latest) throw new Error(`without an answer: ${awaited().map((request) => request.url())}`);
  } while (awaited().length > 0);
}

/** As long as the browser's own waiting takes at most. */
const PATIENCE_MS = 30_000;

const STEP_MS = 500;

/** Lets the page's time pass: none of it while an answer is on its way. */
export async function pass(page: Page, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= STEP_MS) {
    await settled(page);
    await page.clock.runFor(Math.min(left, STEP_MS));
  }
  await settled(page);
}

/** Lets the page's time pass until something is seen that it tries again and again. */
export async function comes(page: Page, what: Locator): Promise<void> {
  for (let steps = 0; steps < 120 && !(await what.isVisible()); steps += 1) await pass(page, STEP_MS);
  await what.waitFor();
}

/** Types as a person does, and pauses. */
export async function search(page: Page, typed: string): Promise<void> {
  await page.getByRole("searchbox").pressSequentially(typed);
  await pass(page, 200);
}

/** Where things are on the page, as a person would say it. */
export const card = (page: Page) => page.getByRole("article");
export const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });
export const field = (page: Page, name: RegExp) => page.getByLabel(name);
export const result = (page: Page, name: string | RegExp) => page.getByRole("list", { name: "Who it may be" }).getByRole("button", { name });
export const inHouse = (page: Page, name: string | RegExp) => page.getByRole("region", { name: "Here now" }).getByRole("button", { name });

/** The first call of a method does not reach the service. */
export async function lost(page: Page, method: string): Promise<void> {
  await page.route(`**/${method}`, (route) => route.abort("connectionreset"), { times: 1 });
}

/** What was asked and is held up by a test: time passes all the same. */
const isHeld = new WeakSet<Request>();

/**
 * Holds a call of a method up until the test lets it go on: its answer, so that the service has done what it was asked; or
 * what is asked, so that it knows nothing of it yet; or the first one's failure, which never reaches it.
 */
export async function held(page: Page, method: string, what: "answer" | "question" | "failure" = "answer") {
  let comes = () => {};
  const isLetGo = new Promise<void>((resolve) => (comes = resolve));
  let reached = () => {};
  const isReached = new Promise<void>((resolve) => (reached = resolve));
  const hold = async (route: Route) => {
    isHeld.add(route.request());
    const response = what === "answer" ? await route.fetch() : undefined;
    reached();
    await isLetGo;
    isHeld.delete(route.request());
    if (what === "failure") return route.abort("connectionreset");
    await (response ? route.fulfill({ response }) : route.continue());
  };
  await page.route(`**/${method}`, hold, what === "failure" ? { times: 1 } : {});
  const isThere = async () => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const isLate = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error(`${method} was not asked`)), PATIENCE_MS)));
    await Promise.race([isReached, isLate]).finally(() => clearTimeout(timer));
  };
  return { isThere, comes };
}
