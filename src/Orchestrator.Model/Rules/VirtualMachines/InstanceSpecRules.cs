using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules.Pods;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.VirtualMachines;

/// <summary>What is known around an instance's spec.</summary>
/// <param name="HasInstancetype">Processors and memory come from elsewhere, and must not be given here.</param>
/// <param name="DataVolumes">DataVolumes that are made with it.</param>
internal sealed record InstanceContext(bool HasInstancetype, IReadOnlyList<string> DataVolumes)
{
    public static readonly InstanceContext Alone = new(false, []);
}

/// <summary>The spec of an instance, by itself or as a template.</summary>
internal static class InstanceSpecRules
{
    public static void Validate(JsonObject? spec, string path, InstanceContext context, ICollection<FieldError> errors)
    {
        if (spec is null)
        {
            errors.Add(FieldError.Required(path));
            return;
        }

        errors.CheckOneOf($"{path}.architecture", spec.Text("architecture"), "amd64");
        errors.CheckOneOf($"{path}.startStrategy", spec.Text("startStrategy"), "Paused");
        ValidateEviction(spec, path, errors);
        errors.CheckNotNegative($"{path}.terminationGracePeriodSeconds", spec.Integer("terminationGracePeriodSeconds"));
        errors.Check($"{path}.hostname", spec.Text("hostname"), NameRules.DnsLabel);
        errors.Check($"{path}.subdomain", spec.Text("subdomain"), NameRules.DnsLabel);
        errors.Check($"{path}.priorityClassName", spec.Text("priorityClassName"), NameRules.DnsSubdomain);
        TolerationRules.Validate(spec, $"{path}.tolerations", errors);
        NodeAffinityRules.Validate(spec.Child("affinity", "nodeAffinity"), $"{path}.affinity.nodeAffinity", errors);
        PodAffinityRules.Validate(spec.Child("affinity", "podAffinity"), $"{path}.affinity.podAffinity", errors);
        PodAffinityRules.Validate(spec.Child("affinity", "podAntiAffinity"), $"{path}.affinity.podAntiAffinity", errors);
        TopologySpreadRules.Validate(spec, $"{path}.topologySpreadConstraints", errors);
        if (spec.Child("domain") is not { } domain)
        {
            errors.Add(FieldError.Required($"{path}.domain"));
            return;
        }

        DomainRules.Validate(domain, $"{path}.domain", context, errors);
        MachineVolumeRules.Validate(spec, path, context, errors);
        DiskRules.Validate(spec, path, errors);
        InterfaceRules.Validate(spec, path, errors);
        BootOrderRules.Validate(domain.Child("devices"), $"{path}.domain.devices", errors);
    }

    private static void ValidateEviction(JsonObject spec, string path, ICollection<FieldError> errors)
    {
        string? strategy = spec.Text("evictionStrategy");
        if (strategy is "LiveMigrate" or "External")
        {
            errors.Add(FieldError.Forbidden($"{path}.evictionStrategy", $"{strategy} is not supported: machines are stopped by an eviction; use None or LiveMigrateIfPossible"));
        }
        else
        {
            errors.CheckOneOf($"{path}.evictionStrategy", strategy, "None", "LiveMigrateIfPossible");
        }
    }
}
