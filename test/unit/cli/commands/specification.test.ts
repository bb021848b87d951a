import { describe, expect, it } from 'vitest';
import { asYaml, connectorYaml } from '../../../../host/cli/commands/specification.ts';
import { SPECIFICATION } from '../fake-connectors.ts';

describe('the specification', () => {
  it('is written as Conduit’s connector.yaml: required parameters first, then by name, those of the SDK last', () => {
    expect(asYaml(connectorYaml(SPECIFICATION))).toBe(`version: "1.0"
specification:
  name: fake
  summary: A fake.
  description: |-
    Two
    lines.
  version: v1.2.3
  author: Nobody
  source:
    parameters:
      - name: servers
        description: About servers.
        type: string
        default: ""
        validations:
          - type: required
            value: ""
      - name: topics
        description: About topics.
        type: string
        default: ""
        validations:
          - type: required
            value: ""
      - name: groupID
        description: About groupID.
        type: string
        default: ""
        validations: []
      - name: sdk.batch.size
        description: About sdk.batch.size.
        type: int
        default: "0"
        validations:
          - type: greater-than
            value: "-1"
  destination:
    parameters:
      - name: servers
        description: About servers.
        type: string
        default: ""
        validations:
          - type: required
            value: ""
      - name: topic
        description: About topic.
        type: string
        default: ""
        validations: []
`);
  });
});
