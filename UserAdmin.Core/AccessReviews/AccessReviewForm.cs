using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.AccessReviews;

/// <summary>What is reviewed, by whom, until when.</summary>
public sealed class AccessReviewForm
{
    [Display(Name = "Name"), Required(ErrorMessage = "Give the review a name."), PlainText(200)]
    public string Name { get; set; } = "";

    /// <summary>Every assignment of this role, wherever it counts; with an organization, those in it and below it.</summary>
    public Guid? RoleId { get; set; }

    public Guid? OrganizationId { get; set; }

    [Required(ErrorMessage = "Choose who reviews.")]
    public Guid? ReviewerId { get; set; }

    /// <summary>The last day, in UTC.</summary>
    [Display(Name = "Due"), Required(ErrorMessage = "Choose the day until which it is to be done.")]
    public DateOnly? DueOn { get; set; }
}
