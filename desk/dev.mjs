// Serves the page from ../src/desk/dist and hands every other request to a running service, so that the page can be worked
// on without compiling Rust: `node dev.mjs 127.0.0.1:50051`, after `npm run build`.
import { readFile } from "node:fs/promises";
import { createServer, request } from "node:http";

const service = process.argv[2] ?? "127.0.0.1:50051";
const FILES = {
  "/desk": ["index.html", "text/html"],
  "/desk/app.js": ["app.js", "text/javascript"],
  "/desk/app.css": ["app.css", "text/css"],
  "/desk/icon.svg": ["icon.svg", "image/svg+xml"],
  "/desk/manifest.webmanifest": ["manifest.webmanifest", "application/manifest+json"],
};

const server = createServer(async (asked, answer) => {
  const file = FILES[new URL(asked.url, "http://page").pathname];
  if (file) {
    answer.setHeader("content-type", file[1]);
    return answer.end(await readFile(new URL(`../src/desk/dist/${file[0]}`, import.meta.url)));
  }
  const headers = { ...asked.headers, host: service };
  // The service knows pages of its own address only.
  if (headers.origin) headers.origin = `http://${service}`;
  const [hostname, port] = service.split(":");
  const passed = request({ hostname, port, path: asked.url, method: asked.method, headers }, (reply) => {
    answer.writeHead(reply.statusCode, reply.headers);
    reply.pipe(answer);
  });
  passed.on("error", () => answer.destroy());
  answer.on("close", () => passed.destroy());
  asked.pipe(passed);
});
server.listen(Number(process.env.PORT ?? 8080), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/desk`));
