namespace Orchestrator.Model.VirtualMachines;

/// <summary>A field of another project's API that is not carried out: where it says something, the object is refused by the field's name.</summary>
/// <param name="why">What a user is told, without the field's name.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class UnsupportedAttribute(string why = "is not supported") : Attribute
{
    public string Why { get; } = why;
}

/// <summary>A field that may be set and changes nothing here; its writer is warned.</summary>
/// <param name="why">What a user is told, without the field's name.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NoEffectAttribute(string why) : Attribute
{
    public string Why { get; } = why;
}
