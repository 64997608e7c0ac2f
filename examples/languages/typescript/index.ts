import * as pulumi from "@pulumi/pulumi";
import * as sj from "@pulumi/sjresource";

const config = new pulumi.Config();
const capacity = new sj.ServiceEnvironment("capacity", {
    capacityLimits: [{ maxCapacity: 2, capacityUnit: "NUM_INSTANCES" }],
});
const training = new sj.JobQueue("training", {
    priority: 1,
    serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: capacity.serviceEnvironmentArn }],
});
const train = new sj.ServiceJob("train", {
    jobQueue: training.jobQueueArn,
    retryStrategy: { attempts: 2 },
    trainingJob: {
        roleArn: config.require("role_arn"),
        algorithmSpecification: { trainingImage: config.require("image"), trainingInputMode: "File" },
        hyperParameters: { epochs: config.get("epochs") ?? "10", learning_rate: "0.5" },
        environment: { API_KEY: config.getSecret("api_key") ?? "none" },
        outputDataConfig: { s3OutputPath: config.require("models") },
        resourceConfig: { instanceType: "ml.m5.large", instanceCount: 1, volumeSizeInGB: 10 },
        stoppingCondition: { maxRuntimeInSeconds: 600 },
    },
});
const trained = new sj.ServiceJobCompletion("trained", { job: train.jobArn });

export const queue = training.jobQueueArn;
export const job = train.jobArn;
export const status = trained.status;
export const model = trained.modelArtifacts;
