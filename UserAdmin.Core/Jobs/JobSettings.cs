using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Core.Jobs;

/// <summary>Section <c>UserAdmin:Jobs</c>.</summary>
public sealed class JobSettings
{
    /// <summary>Whether this server runs what is due. One that doesn't still runs what somebody starts on its pages.</summary>
    public bool Run { get; set; } = true;

    /// <summary>How many jobs this server runs at once.</summary>
    [Range(1, 32, ErrorMessage = "must be 1 to 32")]
    public int AtOnce { get; set; } = 4;

    /// <summary>Seconds after which a server that says nothing any more counts as dead, so that others take its jobs over.</summary>
    [Range(3, 600, ErrorMessage = "must be 3 to 600 seconds")]
    public int HoldSeconds { get; set; } = 60;

    /// <summary>Seconds between two looks for changed timetables, missed moments and runs to be tried again.</summary>
    [Range(1, 60, ErrorMessage = "must be 1 to 60 seconds")]
    public int LookSeconds { get; set; } = 20;

    /// <summary>Seconds that a server which stops leaves to the jobs it is running.</summary>
    [Range(0, 20, ErrorMessage = "must be 0 to 20 seconds")]
    public int GraceSeconds { get; set; } = 10;
}
