"""The type of `service_request_payload`, made by tools/payload_types.py from botocore's model.

Editors and type checkers find a wrong key in `payload: sj.CreateTrainingJobArgs = {…}`.
"""

# ruff: noqa: D101 - SageMaker's API reference describes them

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi import Input


class MetricDefinitionArgs(TypedDict, total=False):
    Name: Input[str]
    Regex: Input[str]


class TrainingRepositoryAuthConfigArgs(TypedDict, total=False):
    TrainingRepositoryCredentialsProviderArn: Input[str]


class TrainingImageConfigArgs(TypedDict, total=False):
    TrainingRepositoryAccessMode: Input[str]
    TrainingRepositoryAuthConfig: Input[TrainingRepositoryAuthConfigArgs]


class AlgorithmSpecificationArgs(TypedDict, total=False):
    TrainingImage: Input[str]
    AlgorithmName: Input[str]
    TrainingInputMode: Input[str]
    MetricDefinitions: Input[Sequence[Input[MetricDefinitionArgs]]]
    EnableSageMakerMetricsTimeSeries: Input[bool]
    ContainerEntrypoint: Input[Sequence[Input[str]]]
    ContainerArguments: Input[Sequence[Input[str]]]
    TrainingImageConfig: Input[TrainingImageConfigArgs]


class ModelAccessConfigArgs(TypedDict, total=False):
    AcceptEula: Input[bool]


class HubAccessConfigArgs(TypedDict, total=False):
    HubContentArn: Input[str]


class S3DataSourceArgs(TypedDict, total=False):
    S3DataType: Input[str]
    S3Uri: Input[str]
    S3DataDistributionType: Input[str]
    AttributeNames: Input[Sequence[Input[str]]]
    InstanceGroupNames: Input[Sequence[Input[str]]]
    ModelAccessConfig: Input[ModelAccessConfigArgs]
    HubAccessConfig: Input[HubAccessConfigArgs]


class FileSystemDataSourceArgs(TypedDict, total=False):
    FileSystemId: Input[str]
    FileSystemAccessMode: Input[str]
    FileSystemType: Input[str]
    DirectoryPath: Input[str]


class DatasetSourceArgs(TypedDict, total=False):
    DatasetArn: Input[str]


class DataSourceArgs(TypedDict, total=False):
    S3DataSource: Input[S3DataSourceArgs]
    FileSystemDataSource: Input[FileSystemDataSourceArgs]
    DatasetSource: Input[DatasetSourceArgs]


class ShuffleConfigArgs(TypedDict, total=False):
    Seed: Input[int]


class ChannelArgs(TypedDict, total=False):
    ChannelName: Input[str]
    DataSource: Input[DataSourceArgs]
    ContentType: Input[str]
    CompressionType: Input[str]
    RecordWrapperType: Input[str]
    InputMode: Input[str]
    ShuffleConfig: Input[ShuffleConfigArgs]


class OutputDataConfigArgs(TypedDict, total=False):
    KmsKeyId: Input[str]
    S3OutputPath: Input[str]
    CompressionType: Input[str]


class InstanceGroupArgs(TypedDict, total=False):
    InstanceType: Input[str]
    InstanceCount: Input[int]
    InstanceGroupName: Input[str]


class PlacementSpecificationArgs(TypedDict, total=False):
    UltraServerId: Input[str]
    InstanceCount: Input[int]


class InstancePlacementConfigArgs(TypedDict, total=False):
    EnableMultipleJobs: Input[bool]
    PlacementSpecifications: Input[Sequence[Input[PlacementSpecificationArgs]]]


class InstancePreferenceArgs(TypedDict, total=False):
    InstanceType: Input[str]
    InstanceCount: Input[int]
    TrainingPlanArns: Input[Sequence[Input[str]]]


class ResourceConfigArgs(TypedDict, total=False):
    InstanceType: Input[str]
    InstanceCount: Input[int]
    VolumeSizeInGB: Input[int]
    VolumeKmsKeyId: Input[str]
    KeepAlivePeriodInSeconds: Input[int]
    InstanceGroups: Input[Sequence[Input[InstanceGroupArgs]]]
    TrainingPlanArn: Input[str]
    InstancePlacementConfig: Input[InstancePlacementConfigArgs]
    InstancePreferences: Input[Sequence[Input[InstancePreferenceArgs]]]
    SelectedInstanceType: Input[str]
    SelectedInstanceCount: Input[int]


class VpcConfigArgs(TypedDict, total=False):
    SecurityGroupIds: Input[Sequence[Input[str]]]
    Subnets: Input[Sequence[Input[str]]]


class StoppingConditionArgs(TypedDict, total=False):
    MaxRuntimeInSeconds: Input[int]
    MaxWaitTimeInSeconds: Input[int]
    MaxPendingTimeInSeconds: Input[int]


class TagArgs(TypedDict, total=False):
    Key: Input[str]
    Value: Input[str]


class CheckpointConfigArgs(TypedDict, total=False):
    S3Uri: Input[str]
    LocalPath: Input[str]


class CollectionConfigurationArgs(TypedDict, total=False):
    CollectionName: Input[str]
    CollectionParameters: Input[Mapping[str, Input[str]]]


class DebugHookConfigArgs(TypedDict, total=False):
    LocalPath: Input[str]
    S3OutputPath: Input[str]
    HookParameters: Input[Mapping[str, Input[str]]]
    CollectionConfigurations: Input[Sequence[Input[CollectionConfigurationArgs]]]


class DebugRuleConfigurationArgs(TypedDict, total=False):
    RuleConfigurationName: Input[str]
    LocalPath: Input[str]
    S3OutputPath: Input[str]
    RuleEvaluatorImage: Input[str]
    InstanceType: Input[str]
    VolumeSizeInGB: Input[int]
    RuleParameters: Input[Mapping[str, Input[str]]]


class TensorBoardOutputConfigArgs(TypedDict, total=False):
    LocalPath: Input[str]
    S3OutputPath: Input[str]


class ExperimentConfigArgs(TypedDict, total=False):
    ExperimentName: Input[str]
    TrialName: Input[str]
    TrialComponentDisplayName: Input[str]
    RunName: Input[str]


class ProfilerConfigArgs(TypedDict, total=False):
    S3OutputPath: Input[str]
    ProfilingIntervalInMilliseconds: Input[int]
    ProfilingParameters: Input[Mapping[str, Input[str]]]
    DisableProfiler: Input[bool]


class ProfilerRuleConfigurationArgs(TypedDict, total=False):
    RuleConfigurationName: Input[str]
    LocalPath: Input[str]
    S3OutputPath: Input[str]
    RuleEvaluatorImage: Input[str]
    InstanceType: Input[str]
    VolumeSizeInGB: Input[int]
    RuleParameters: Input[Mapping[str, Input[str]]]


class RetryStrategyArgs(TypedDict, total=False):
    MaximumRetryAttempts: Input[int]


class RemoteDebugConfigArgs(TypedDict, total=False):
    EnableRemoteDebug: Input[bool]


class InfraCheckConfigArgs(TypedDict, total=False):
    EnableInfraCheck: Input[bool]


class SessionChainingConfigArgs(TypedDict, total=False):
    EnableSessionTagChaining: Input[bool]


class ServerlessJobConfigArgs(TypedDict, total=False):
    BaseModelArn: Input[str]
    AcceptEula: Input[bool]
    JobType: Input[str]
    CustomizationTechnique: Input[str]
    Peft: Input[str]
    EvaluationType: Input[str]
    EvaluatorArn: Input[str]
    SequenceLength: Input[str]


class MlflowConfigArgs(TypedDict, total=False):
    MlflowResourceArn: Input[str]
    MlflowExperimentName: Input[str]
    MlflowRunName: Input[str]


class ModelPackageConfigArgs(TypedDict, total=False):
    ModelPackageGroupArn: Input[str]
    SourceModelPackageArn: Input[str]


class CreateTrainingJobArgs(TypedDict, total=False):
    TrainingJobName: Input[str]
    HyperParameters: Input[Mapping[str, Input[str]]]
    AlgorithmSpecification: Input[AlgorithmSpecificationArgs]
    RoleArn: Input[str]
    InputDataConfig: Input[Sequence[Input[ChannelArgs]]]
    OutputDataConfig: Input[OutputDataConfigArgs]
    ResourceConfig: Input[ResourceConfigArgs]
    VpcConfig: Input[VpcConfigArgs]
    StoppingCondition: Input[StoppingConditionArgs]
    Tags: Input[Sequence[Input[TagArgs]]]
    EnableNetworkIsolation: Input[bool]
    EnableInterContainerTrafficEncryption: Input[bool]
    EnableManagedSpotTraining: Input[bool]
    CheckpointConfig: Input[CheckpointConfigArgs]
    DebugHookConfig: Input[DebugHookConfigArgs]
    DebugRuleConfigurations: Input[Sequence[Input[DebugRuleConfigurationArgs]]]
    TensorBoardOutputConfig: Input[TensorBoardOutputConfigArgs]
    ExperimentConfig: Input[ExperimentConfigArgs]
    ProfilerConfig: Input[ProfilerConfigArgs]
    ProfilerRuleConfigurations: Input[Sequence[Input[ProfilerRuleConfigurationArgs]]]
    Environment: Input[Mapping[str, Input[str]]]
    RetryStrategy: Input[RetryStrategyArgs]
    RemoteDebugConfig: Input[RemoteDebugConfigArgs]
    InfraCheckConfig: Input[InfraCheckConfigArgs]
    SessionChainingConfig: Input[SessionChainingConfigArgs]
    ServerlessJobConfig: Input[ServerlessJobConfigArgs]
    MlflowConfig: Input[MlflowConfigArgs]
    ModelPackageConfig: Input[ModelPackageConfigArgs]
