namespace Orchestrator.Model.Cel.Types;

/// <summary>Kinds of types of the Common Expression Language, and of Kubernetes' extensions of it.</summary>
internal enum CelKind
{
    /// <summary>Known when it is evaluated.</summary>
    Dyn,

    /// <summary>A parameter of a signature: A, B.</summary>
    Parameter,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Timestamp,
    Duration,
    List,
    Map,

    /// <summary>An object with declared fields.</summary>
    Object,
    Optional,
    Type,
    Quantity,
    Url,
    Ip,
    Cidr,
    Semver,
}
