using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Orchestrator.Cli.WhatIf;

/// <summary>JSON of objects as they are.</summary>
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class WhatIfJson : JsonSerializerContext;
