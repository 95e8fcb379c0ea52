using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Model.Rules.VirtualMachines;

/// <summary><c>kubevirt.io VirtualMachine</c>: exactly one of its two ways to say when it runs, and a template that an instance can be made of.</summary>
internal sealed class VirtualMachineRules : IKindRules
{
    public void Default(JsonObject obj)
    {
        if (obj.ObjectOrNew("spec") is { } spec && spec.ObjectOrNew("template") is { } template)
        {
            template.ObjectOrNew("metadata");
            if (template.ObjectOrNew("spec") is { } instance)
            {
                InstanceDefaults.ApplyToTemplate(instance);
            }
        }

        obj.ObjectOrNew("status");
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        JsonObject? spec = obj.Child("spec");
        bool isRunning = spec?["running"] is not null;
        string? strategy = spec.Text("runStrategy");
        if (isRunning && strategy is not null)
        {
            errors.Add(FieldError.Invalid("spec.running", spec!["running"], "Running and RunStrategy are mutually exclusive"));
        }
        else if (!isRunning && strategy is null)
        {
            errors.Add(FieldError.Required("spec.runStrategy", "one of running and runStrategy must be specified"));
        }

        if (strategy == "WaitAsReceiver")
        {
            errors.Add(FieldError.Forbidden("spec.runStrategy", "WaitAsReceiver is not supported: machines do not migrate between clusters"));
        }
        else
        {
            errors.CheckOneOf("spec.runStrategy", strategy, RunStrategies.Always, RunStrategies.RerunOnFailure, RunStrategies.Manual, RunStrategies.Halted, RunStrategies.Once);
        }

        if (old is null && obj.Child("metadata").Text("name") is { } name && NameRules.DnsLabel(name) is { } fault)
        {
            errors.Add(FieldError.Invalid("metadata.name", name, fault));
        }

        ValidateMatcher(spec, "instancetype", "VirtualMachineInstancetype", "VirtualMachineClusterInstancetype", errors);
        ValidateMatcher(spec, "preference", "VirtualMachinePreference", "VirtualMachineClusterPreference", errors);
        DeclaredSupport.Refuse(spec, typeof(V1VirtualMachineSpec), "spec", errors);
        var domain = new InstanceContext(spec.Child("instancetype") is not null, [.. TemplateNames(spec)]);
        InstanceSpecRules.Validate(spec.Child("template", "spec"), "spec.template.spec", domain, errors);
    }

    public void Warn(JsonObject obj, ICollection<string> warnings) => DeclaredSupport.Warn(obj.Child("spec"), typeof(V1VirtualMachineSpec), "spec", warnings);

    private static IEnumerable<string> TemplateNames(JsonObject? spec) =>
        spec.Items("dataVolumeTemplates").Select(t => t.Item.Child("metadata").Text("name")).OfType<string>();

    private static void ValidateMatcher(JsonObject? spec, string member, string kind, string clusterKind, ICollection<FieldError> errors)
    {
        if (spec.Child(member) is { } matcher)
        {
            errors.CheckRequired($"spec.{member}.name", matcher.Text("name"), NameRules.DnsSubdomain);
            if (matcher.Text("kind") is { Length: > 0 } given && !given.Equals(kind, StringComparison.OrdinalIgnoreCase) && !given.Equals(clusterKind, StringComparison.OrdinalIgnoreCase))
            {
                errors.Add(FieldError.NotSupported($"spec.{member}.kind", given, kind, clusterKind));
            }
        }
    }
}
