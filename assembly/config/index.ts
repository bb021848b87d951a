// The connector's configuration: parsed by `configure`, read by the data path.
import { InvalidParam } from "../abi/errors";
import { DestinationSettings, SourceSettings } from "./settings";

export { DestinationSettings, SourceSettings };

/** Null until a configuration was accepted. */
export let sourceSettings: SourceSettings | null = null;
export let destinationSettings: DestinationSettings | null = null;

/** Sets `sourceSettings` unless something is wrong; gives every problem. */
export function configureSource(m: Map<string, string>): InvalidParam[] {
  const bad: InvalidParam[] = [];
  if (!m.has("servers")) bad.push(new InvalidParam("servers", "servers: required"));
  if (!m.has("topics")) bad.push(new InvalidParam("topics", "topics: required"));
  if (bad.length) return bad;
  const s = new SourceSettings();
  s.connection.servers = m.get("servers").split(",");
  s.topics = m.get("topics").split(",");
  sourceSettings = s;
  return bad;
}
export function configureDestination(m: Map<string, string>): InvalidParam[] {
  const bad: InvalidParam[] = [];
  if (!m.has("servers")) bad.push(new InvalidParam("servers", "servers: required"));
  if (bad.length) return bad;
  const s = new DestinationSettings();
  s.connection.servers = m.get("servers").split(",");
  s.topic = m.has("topic") ? m.get("topic") : "";
  destinationSettings = s;
  return bad;
}
