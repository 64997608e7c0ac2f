"""What a preview catches: arguments held against what AWS takes, before anything is sent.

job_check                              all that is checked of a service job, in one place
validation                             what is wrong with arguments, offline
conformance, patterns                  against botocore's models
documented_bounds                      against the bounds that AWS gives in words
job_rules, queue_rules, foreign_arns   how parts depend on each other, as AWS says it in words
preflight, queue_facts, kept_answers   against what a queue says, live
managed_here                           whether this program can cure what a queue says
advice, advising                       what AWS takes and is probably not meant
instance_hours                         the most that a job can use
reading                                arguments that may be unknown, absent or of a wrong kind
"""
