using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>
/// Pods: Kubernetes' defaults and validation (<c>pkg/apis/core/validation</c>), narrowed by <see cref="PodSupport"/> to what is carried out,
/// so that nothing in a manifest is silently without effect.
/// </summary>
internal sealed class PodRules : IKindRules
{
    public void Default(JsonObject obj) => PodDefaults.Apply(obj);

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        if (obj.Child("spec") is not { } spec)
        {
            errors.Add(FieldError.Required("spec"));
            return;
        }

        ValidateSpec(spec, errors);
        ContainerRules.ValidateAll(spec, errors);
        EphemeralContainerRules.Validate(spec, isNew: old is null, errors);
        VolumeRules.Validate(spec, errors);
        TolerationRules.Validate(spec, "spec.tolerations", errors);
        NodeAffinityRules.Validate(spec.Child("affinity", "nodeAffinity"), "spec.affinity.nodeAffinity", errors);
        PodAffinityRules.Validate(spec.Child("affinity", "podAffinity"), "spec.affinity.podAffinity", errors);
        PodAffinityRules.Validate(spec.Child("affinity", "podAntiAffinity"), "spec.affinity.podAntiAffinity", errors);
        TopologySpreadRules.Validate(spec, "spec.topologySpreadConstraints", errors);
        SchedulingGateRules.Validate(spec, "spec.schedulingGates", errors);
        SecurityContextRules.ValidatePod(spec, errors);
        HostAliasRules.Validate(spec, errors);
        DnsRules.Validate(spec, errors);
        DeviceRules.Validate(obj, spec, errors);
        PodSupport.Validate(spec, errors);
        if (old is not null)
        {
            PodUpdateRules.Validate(spec, old.Child("spec"), errors);
            DeviceRules.ValidateUpdate(obj, old, errors);
        }
    }

    public void Warn(JsonObject obj, ICollection<string> warnings) => PodWarnings.Of(obj.Child("spec"), warnings);

    private static void ValidateSpec(JsonObject spec, ICollection<FieldError> errors)
    {
        errors.CheckOneOf("spec.restartPolicy", spec.Text("restartPolicy"), "Always", "OnFailure", "Never");
        errors.CheckOneOf("spec.preemptionPolicy", spec.Text("preemptionPolicy"), "PreemptLowerPriority", "Never");
        errors.Check("spec.schedulerName", spec.Text("schedulerName"), NameRules.DnsSubdomain);
        errors.Check("spec.serviceAccountName", spec.Text("serviceAccountName"), NameRules.DnsSubdomain);
        errors.Check("spec.nodeName", spec.Text("nodeName"), NameRules.DnsSubdomain);
        errors.Check("spec.hostname", spec.Text("hostname"), NameRules.DnsLabel);
        if (spec.Child("schedulingGroup") is { } group)
        {
            errors.CheckRequired("spec.schedulingGroup.podGroupName", group.Text("podGroupName"), NameRules.DnsSubdomain);
        }

        errors.Check("spec.runtimeClassName", spec.Text("runtimeClassName"), NameRules.DnsSubdomain);
        errors.CheckNotNegative("spec.terminationGracePeriodSeconds", spec.Integer("terminationGracePeriodSeconds"));
        if (spec.Flag("hostPID") == true && spec.Flag("shareProcessNamespace") == true)
        {
            errors.Add(FieldError.Invalid("spec.shareProcessNamespace", true, "ShareProcessNamespace and HostPID cannot both be enabled"));
        }

        SelectorRules.ValidateMap(spec.Child("nodeSelector"), "spec.nodeSelector", errors);
        ResourceRules.ValidateList(spec.Child("overhead"), "spec.overhead", errors);
        if (spec["activeDeadlineSeconds"] is not null && spec.Integer("activeDeadlineSeconds") is not (>= 1 and <= int.MaxValue))
        {
            errors.Add(FieldError.Invalid("spec.activeDeadlineSeconds", spec["activeDeadlineSeconds"].AsScalarText(), $"must be between 1 and {int.MaxValue}, inclusive"));
        }
    }
}
