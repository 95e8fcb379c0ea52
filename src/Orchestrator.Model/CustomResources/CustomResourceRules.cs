using System.Text.Json.Nodes;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Schemas;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.CustomResources;

/// <summary>Defaulting and validation of the objects of one version of a custom kind, by its schema.</summary>
internal sealed class CustomResourceRules(JsonSchema schema) : IKindRules
{
    // What every kind has is validated for every kind alike.
    private readonly JsonSchema _schema = schema with
    {
        Properties = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(
            schema.Properties.Where(p => p.Key is not ("apiVersion" or "kind" or "metadata")), StringComparer.Ordinal),
    };

    private readonly ObjectRules? _rules = ObjectRules.Of(schema);

    public void Default(JsonObject obj) => SchemaDefaulting.Run(obj, _schema);

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        var faults = new List<FieldError>();
        new SchemaValidation(faults).Run(obj, _schema, "");
        if (faults.Count == 0)
        {
            _rules?.Run(obj, old, errors);
            return;
        }

        foreach (var fault in faults)
        {
            errors.Add(fault);
        }

        if (_rules is not null)
        {
            // Rules may rely on what the schema promises.
            errors.Add(FieldError.Invalid(
                "<nil>", "null", "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation"));
        }
    }
}
