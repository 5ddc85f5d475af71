using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Sessions;

namespace UserAdmin.Core.Tokens;

public sealed class TokenPolicy
{
    [Display(Name = "People may make access tokens for their own programs", Description = "Without, only service accounts have tokens that are kept. Tokens that exist go on until they end.")]
    public bool AllowsPersonal { get; set; } = true;

    [Display(Name = "Days a token works at most"), Range(1, 366, ErrorMessage = "Choose 1 to 366 days.")]
    public int MaximumDays { get; set; } = 366;

    public TimeSpan Longest => TimeSpan.FromDays(Math.Min(MaximumDays, Session.LongestToken.TotalDays));
}
