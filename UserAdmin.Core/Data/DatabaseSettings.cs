using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Core.Data;

public enum DatabaseProvider { Sqlite, PostgreSql, SqlServer }

/// <summary>Section <c>UserAdmin:Database</c>.</summary>
public sealed class DatabaseSettings
{
    [EnumDataType(typeof(DatabaseProvider), ErrorMessage = "must be Sqlite, PostgreSql or SqlServer")]
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    [Required(AllowEmptyStrings = false, ErrorMessage = "must not be empty")]
    public string ConnectionString { get; set; } = "Data Source=data/useradmin.db";

    /// <summary>Seconds a statement may take before it is given up.</summary>
    [Range(1, 600, ErrorMessage = "must be 1 to 600 seconds")]
    public int CommandTimeout { get; set; } = 30;

    /// <summary>Statements sent to the server in one round trip when many rows are saved.</summary>
    [Range(1, 1000, ErrorMessage = "must be 1 to 1000")]
    public int MaxBatchSize { get; set; } = 100;
}
