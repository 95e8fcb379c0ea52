namespace Orchestrator.Model.Schemas;

/// <summary>How the elements of an array are told apart (<c>x-kubernetes-list-type</c>).</summary>
public enum ListType
{
    /// <summary>Not at all: the array is one value.</summary>
    Atomic,

    /// <summary>Scalars, each at most once.</summary>
    Set,

    /// <summary>Objects, told apart by the values of their keys.</summary>
    Map,
}
