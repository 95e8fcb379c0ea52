using Orchestrator.Model.Validation;

namespace Orchestrator.Api.Responses;

/// <summary>A failure as the client is told of it: Kubernetes' <c>Status</c> (meta/v1). An expected outcome, so a value and not an exception.</summary>
public sealed record StatusError
{
    /// <summary>HTTP status code.</summary>
    public required int Code { get; init; }

    /// <summary>Kubernetes' machine-readable reason: NotFound, AlreadyExists, Conflict, Invalid, Forbidden, ... Empty where an admission webhook refuses without one.</summary>
    public required string Reason { get; init; }

    public required string Message { get; init; }

    public StatusDetails? Details { get; init; }

    /// <summary>Token for going on with a list whose snapshot is gone, without its consistency; <c>metadata.continue</c>.</summary>
    public string? Continue { get; init; }
}

/// <summary><c>Status.details</c>.</summary>
public sealed record StatusDetails
{
    public string? Name { get; init; }

    public string? Group { get; init; }

    /// <summary>Kind (of validation errors) or resource (of the others), as Kubernetes has it.</summary>
    public string? Kind { get; init; }

    public string? Uid { get; init; }

    public IReadOnlyList<FieldError> Causes { get; init; } = [];

    /// <summary>Also sent as the <c>Retry-After</c> header.</summary>
    public int RetryAfterSeconds { get; init; }
}
