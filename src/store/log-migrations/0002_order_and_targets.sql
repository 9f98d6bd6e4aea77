-- Events are read in the order of time (`published`, from now on in milliseconds) or in the order in which they were
-- stored (`position`), which a poller follows: an event that is stored late has a place behind those already read.
-- Older code counts in seconds. Its writes are refused, so that they wait in the outbox for code that knows better.
-- `event_targets` finds events by what they are about; what it holds of an event follows from the document.
CREATE TABLE events_in_order (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  published INTEGER NOT NULL CHECK (published > 100000000000),
  event_type TEXT NOT NULL,
  outcome TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  document TEXT NOT NULL
);

CREATE TABLE event_targets (
  target_id TEXT NOT NULL,
  published INTEGER NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (target_id, published, position)
) WITHOUT ROWID;

-- The members that documents had until now, and what the others are when nothing is known.
INSERT INTO events_in_order (id, published, event_type, outcome, actor_id, document)
SELECT
  id,
  published * 1000,
  event_type,
  outcome,
  actor_id,
  json_object(
    'actor', json_set(document -> '$.actor', '$.detailEntry', NULL),
    'client', json('{"userAgent":null,"zone":null,"device":null,"id":null,"ipAddress":null,"geographicalContext":null}'),
    'device', NULL,
    'authenticationContext', json('{"authenticationProvider":null,"credentialProvider":null,"credentialType":null,"issuer":null,"interface":null,"authenticationStep":0,"externalSessionId":null}'),
    'displayMessage', document ->> '$.displayMessage',
    'eventType', event_type,
    'outcome', document -> '$.outcome',
    'published', strftime('%Y-%m-%dT%H:%M:%S.000Z', published, 'unixepoch'),
    'securityContext', json('{"asNumber":null,"asOrg":null,"isp":null,"domain":null,"isProxy":null}'),
    'severity', 'INFO',
    'debugContext', json_object('debugData', json_object('requestId', document ->> '$.requestId')),
    'legacyEventType', NULL,
    'transaction', json_object('type', 'WEB', 'id', document ->> '$.requestId', 'detail', json('{}')),
    'uuid', id,
    'version', '0',
    'request', json('{"ipChain":[]}'),
    'target', json((
      SELECT json_group_array(json_set(value, '$.detailEntry', NULL)) FROM json_each(document, '$.target')
    ))
  )
FROM events
WHERE published > 100000000
ORDER BY published, id;

DROP TABLE events;

ALTER TABLE events_in_order RENAME TO events;

INSERT INTO event_targets (target_id, published, position)
SELECT DISTINCT target.value ->> '$.id', events.published, events.position
FROM events, json_each(events.document, '$.target') AS target
WHERE target.value ->> '$.id' IS NOT NULL;

CREATE INDEX events_published ON events (published);
CREATE INDEX events_type ON events (event_type, published);
CREATE INDEX events_actor ON events (actor_id, published);
CREATE INDEX events_outcome ON events (outcome, published);
