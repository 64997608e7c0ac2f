package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
	"sjresource.example/sdk/go/sjresource"
)

func declare(ctx *pulumi.Context) error {
	settings := config.New(ctx, "")
	epochs := settings.Get("epochs")
	if epochs == "" {
		epochs = "10"
	}
	capacity, err := sjresource.NewServiceEnvironment(ctx, "capacity", &sjresource.ServiceEnvironmentArgs{
		CapacityLimits: sjresource.CapacityLimitArray{
			&sjresource.CapacityLimitArgs{MaxCapacity: pulumi.Int(2), CapacityUnit: pulumi.String("NUM_INSTANCES")},
		},
	})
	if err != nil {
		return err
	}
	training, err := sjresource.NewJobQueue(ctx, "training", &sjresource.JobQueueArgs{
		Priority: pulumi.Int(1),
		ServiceEnvironmentOrder: sjresource.ServiceEnvironmentOrderArray{
			&sjresource.ServiceEnvironmentOrderArgs{
				Order:              pulumi.Int(1),
				ServiceEnvironment: capacity.ServiceEnvironmentArn,
			},
		},
	})
	if err != nil {
		return err
	}
	train, err := sjresource.NewServiceJob(ctx, "train", &sjresource.ServiceJobArgs{
		JobQueue:      training.JobQueueArn,
		RetryStrategy: &sjresource.RetryStrategyArgs{Attempts: pulumi.Int(2)},
		TrainingJob: &sjresource.TrainingJobArgs{
			RoleArn: pulumi.String(settings.Require("role_arn")),
			AlgorithmSpecification: &sjresource.TrainingAlgorithmSpecificationArgs{
				TrainingImage:     pulumi.String(settings.Require("image")),
				TrainingInputMode: pulumi.String("File"),
			},
			HyperParameters: pulumi.StringMap{
				"epochs":        pulumi.String(epochs),
				"learning_rate": pulumi.String("0.5"),
			},
			Environment:      pulumi.StringMap{"API_KEY": settings.GetSecret("api_key")},
			OutputDataConfig: &sjresource.TrainingOutputDataConfigArgs{S3OutputPath: pulumi.String(settings.Require("models"))},
			ResourceConfig: &sjresource.TrainingResourceConfigArgs{
				InstanceType:   pulumi.String("ml.m5.large"),
				InstanceCount:  pulumi.Int(1),
				VolumeSizeInGB: pulumi.Int(10),
			},
			StoppingCondition: &sjresource.TrainingStoppingConditionArgs{MaxRuntimeInSeconds: pulumi.Int(600)},
		},
	})
	if err != nil {
		return err
	}
	trained, err := sjresource.NewServiceJobCompletion(ctx, "trained", &sjresource.ServiceJobCompletionArgs{
		Job: train.JobArn,
	})
	if err != nil {
		return err
	}
	ctx.Export("queue", training.JobQueueArn)
	ctx.Export("job", train.JobArn)
	ctx.Export("status", trained.Status)
	ctx.Export("model", trained.ModelArtifacts)
	return nil
}
