// A stranger's client: Node and nothing else. make_video.mjs OUTPUT; GATEWAY, APPKEY, ACCESSTOKEN say where.
import { createHmac } from "node:crypto";
import { writeFile } from "node:fs/promises";

const { GATEWAY, APPKEY, ACCESSTOKEN } = process.env;

async function call(name, payload) {
  const text = `appkey=${APPKEY}&timestamp=${Math.floor(Date.now() / 1000)}`;
  const signature = encodeURIComponent(createHmac("sha256", ACCESSTOKEN).update(text).digest("base64"));
  const url = `${GATEWAY}/v2/ivh/videomaker/broadcastservice/${name}?${text}&signature=${signature}`;
  const body = JSON.stringify({ Header: {}, Payload: payload });
  const answer = await (await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body })).json();
  if (answer.Header.Code) throw new Error(`${name}: ${JSON.stringify(answer.Header)}`);
  return answer.Payload;
}

const { TaskId } = await call("videomake", {
  VirtualmanKey: "k3dda2d3b56f4ec89778f2e032c2e294",
  InputSsml: "大家好，你好",
  SpeechParam: { Speed: 1.0 },
  VideoParam: { Format: "Mp4" },
});
let found;
while (!["SUCCESS", "FAIL"].includes((found = await call("getprogress", { TaskId })).Status))
  await new Promise((wake) => setTimeout(wake, 200));
if (found.Status === "FAIL") throw new Error(`FAIL: ${found.FailCode} ${found.FailMessage}`);
await writeFile(process.argv[2], Buffer.from(await (await fetch(found.MediaUrl)).arrayBuffer()));
console.log(found.MediaUrl);
