using System.Text.Json;

namespace Orchestrator.Store.Cache;

/// <summary>Reads an <see cref="ObjectSummary"/> from JSON, skipping what is of no interest without decoding it.</summary>
internal ref struct ObjectScanner
{
    private readonly FieldTree _fields;
    private readonly string[] _values;
    private readonly StringPool _strings;
    private Utf8JsonReader _reader;
    private List<KeyValuePair<string, string>>? _labels;
    private List<string>? _owners;
    private string _uid = "";
    private int _metadataOffset = -1;
    private bool _metadataIsEmpty;
    private bool _isTerminating;

    private ObjectScanner(ReadOnlySpan<byte> json, FieldTree fields, StringPool strings)
    {
        _reader = new Utf8JsonReader(json, RevisionSplice.ReaderOptions);
        _fields = fields;
        _strings = strings;
        _values = new string[fields.Fields.Length];
        Array.Fill(_values, "");
    }

    /// <exception cref="MalformedObjectException">Not one JSON object with an object <c>metadata</c> that lacks resourceVersion.</exception>
    public static ObjectSummary Scan(ReadOnlySpan<byte> json, FieldTree fields, StringPool strings)
    {
        try
        {
            return new ObjectScanner(json, fields, strings).Run();
        }
        catch (JsonException e)
        {
            throw new MalformedObjectException($"the object is not valid JSON: {e.Message}", e);
        }
    }

    private ObjectSummary Run()
    {
        if (!_reader.Read() || _reader.TokenType != JsonTokenType.StartObject)
        {
            throw new MalformedObjectException("the object is not a JSON object");
        }

        ScanMembers(_fields, isRoot: true);
        if (_reader.Read())
        {
            throw new MalformedObjectException("something follows the JSON object");
        }

        if (_metadataOffset < 0)
        {
            throw new MalformedObjectException("metadata: must be an object");
        }

        return new ObjectSummary
        {
            Uid = _uid,
            Labels = _labels is null ? FlatMap.Empty : FlatMap.From(_labels),
            Fields = FieldValues(),
            OwnerUids = _owners is null ? [] : _owners.ToArray(),
            IsTerminating = _isTerminating,
            MetadataOffset = _metadataOffset,
            MetadataIsEmpty = _metadataIsEmpty,
        };
    }

    private readonly FlatMap FieldValues()
    {
        var entries = new List<KeyValuePair<string, string>>(_values.Length);
        for (var i = 0; i < _values.Length; i++)
        {
            entries.Add(new(_fields.Fields[i], _values[i]));
        }

        return FlatMap.From(entries);
    }

    /// <summary>From behind an opening brace to its closing brace.</summary>
    private void ScanMembers(FieldTree tree, bool isRoot)
    {
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var child = tree.Child(ref _reader);
            var isMetadata = isRoot && _reader.ValueTextEquals("metadata"u8);
            _reader.Read();
            if (isMetadata)
            {
                ScanMetadata(child);
            }
            else
            {
                ScanValue(child);
            }
        }
    }

    private void ScanValue(FieldTree? tree)
    {
        if (tree is null)
        {
            _reader.Skip();
        }
        else if (_reader.TokenType == JsonTokenType.StartObject)
        {
            ScanMembers(tree, isRoot: false);
        }
        else
        {
            TakeField(tree);
            _reader.Skip();
        }
    }

    private readonly void TakeField(FieldTree tree)
    {
        if (tree.FieldIndex >= 0)
        {
            _values[tree.FieldIndex] = _reader.TokenType switch
            {
                JsonTokenType.String => _strings.Get(in _reader),
                JsonTokenType.True => "true",
                JsonTokenType.False => "false",
                JsonTokenType.Number => System.Text.Encoding.ASCII.GetString(_reader.ValueSpan),
                _ => "",
            };
        }
    }

    private void ScanMetadata(FieldTree? tree)
    {
        if (_reader.TokenType != JsonTokenType.StartObject || _metadataOffset >= 0)
        {
            throw new MalformedObjectException("metadata: must be given once, as an object");
        }

        _metadataOffset = (int)_reader.BytesConsumed;
        _metadataIsEmpty = true;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            _metadataIsEmpty = false;
            ScanMetadataMember(tree?.Child(ref _reader));
        }
    }

    private void ScanMetadataMember(FieldTree? tree)
    {
        if (_reader.ValueTextEquals("labels"u8))
        {
            _reader.Read();
            ScanLabels();
        }
        else if (_reader.ValueTextEquals("ownerReferences"u8))
        {
            _reader.Read();
            ScanOwners();
        }
        else if (_reader.ValueTextEquals("uid"u8))
        {
            _reader.Read();
            _uid = _reader.TokenType == JsonTokenType.String ? _reader.GetString()! : "";
            ScanValue(tree);
        }
        else if (_reader.ValueTextEquals("deletionTimestamp"u8))
        {
            _reader.Read();
            _isTerminating = _reader.TokenType != JsonTokenType.Null;
            ScanValue(tree);
        }
        else if (_reader.ValueTextEquals("resourceVersion"u8))
        {
            throw new MalformedObjectException("metadata.resourceVersion: must not be part of a stored body");
        }
        else
        {
            _reader.Read();
            ScanValue(tree);
        }
    }

    private void ScanLabels()
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            _reader.Skip();
            return;
        }

        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = _strings.Get(in _reader);
            _reader.Read();
            if (_reader.TokenType == JsonTokenType.String)
            {
                (_labels ??= []).Add(new(key, _strings.Get(in _reader)));
            }

            _reader.Skip();
        }
    }

    private void ScanOwners()
    {
        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            _reader.Skip();
            return;
        }

        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (_reader.TokenType == JsonTokenType.StartObject)
            {
                ScanOwner();
            }

            _reader.Skip();
        }
    }

    private void ScanOwner()
    {
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var isUid = _reader.ValueTextEquals("uid"u8);
            _reader.Read();
            if (isUid && _reader.TokenType == JsonTokenType.String)
            {
                (_owners ??= []).Add(_strings.Get(in _reader));
            }

            _reader.Skip();
        }
    }
}
