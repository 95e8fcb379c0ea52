using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Storage;

/// <summary>StorageClasses: who makes their volumes, and how, never changes.</summary>
internal sealed class StorageClassRules : IKindRules
{
    /// <summary>Annotation of the class of claims that name none.</summary>
    public const string DefaultAnnotation = "storageclass.kubernetes.io/is-default-class";

    private const string OldDefaultAnnotation = "storageclass.beta.kubernetes.io/is-default-class";
    private const int MaxParameters = 512;

    public static bool IsDefault(JsonObject storageClass) =>
        storageClass.Child("metadata", "annotations") is { } annotations && (annotations.Text(DefaultAnnotation) == "true" || annotations.Text(OldDefaultAnnotation) == "true");

    public void Default(JsonObject obj)
    {
        obj.DefaultIfEmpty("reclaimPolicy", "Delete");
        obj.DefaultIfEmpty("volumeBindingMode", "Immediate");
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        errors.CheckRequired("provisioner", obj.Text("provisioner"), v => NameRules.QualifiedName(v.ToLowerInvariant()));
        errors.CheckOneOf("reclaimPolicy", obj.Text("reclaimPolicy"), "Delete", "Retain");
        errors.CheckOneOf("volumeBindingMode", obj.Text("volumeBindingMode"), "Immediate", "WaitForFirstConsumer");
        if (obj.Child("parameters") is { Count: > MaxParameters })
        {
            errors.Add(new FieldError("FieldValueTooLong", "parameters", $"Too long: must have at most {MaxParameters} parameters"));
        }

        if ((obj.Child("parameters") ?? []).Any(p => p.Key.Length == 0))
        {
            errors.Add(FieldError.Invalid("parameters", "", "field can not be empty."));
        }

        foreach (string member in old is null ? [] : (string[])["parameters", "provisioner", "reclaimPolicy"])
        {
            if (!JsonNode.DeepEquals(obj[member], old![member]))
            {
                errors.Add(FieldError.Forbidden(member, $"updates to {member} are forbidden."));
            }
        }

        Immutability.ValidateMember(obj, old, errors, null, "volumeBindingMode");
    }
}
