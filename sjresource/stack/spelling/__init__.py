"""How the schema of the native provider spells what the core spells in another way.

| what                | in the schema            | in the core, and in the dynamic resources |
| ------------------- | ------------------------ | ----------------------------------------- |
| members of Batch    | AWS's own: `jobQueue`    | `botocore.xform_name`'s: `job_queue`      |
| what is only ours   | `rerunOnFailure`         | `rerun_on_failure`                        |
| the payload, typed  | `trainingJob.roleArn`    | `service_request_payload.RoleArn`         |
| the payload, as it is | `serviceRequestPayload.RoleArn` | the same                         |

Each resource has a tree of its names, made of botocore's shapes at the release, by which values
and paths are spelled in both directions, at every depth. Keys of maps are the user's, and stay.
What no tree knows stays as it is, too, so that a check can refuse it.

names      the names within a value; values and paths under their other names
aws_names  AWS's names, of the botocore that the schema was made with
words      single names, and texts of the core, in the words of the schema
resources  the names of each resource, its identity and its state
"""
