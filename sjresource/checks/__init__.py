"""What a preview catches: arguments held against what AWS takes, before anything is sent.

job_check                              all that is checked of a service job, in one place
validation                             what is wrong with arguments, offline
conformance, patterns                  against botocore's models
documented_bounds                      against the bounds that AWS gives in words
rule, job_rules                        how a job's parts depend on each other, as AWS says it
instance_rules, instance_types         the same of instances and their storage
channel_rules                          of input channels
image_rules, aws_registries            of training images, and where AWS has its own
foreign_arns                           of ARNs of another region or partition
sizes                                  of a request as it is sent
queue_rules                            of queues, environments, policies and shares
quota_management                       of things together, which one check does not see:
queue_check, declared, queue_preflight told by the program, and by AWS
preflight, queue_facts, kept_answers   a job against what its queue says, live
managed_here                           whether this program can cure what a queue says
advice, advising, telling              what AWS takes and is probably not meant
instance_hours                         the most that a job can use
reading                                arguments that may be unknown, absent or of a wrong kind
"""
